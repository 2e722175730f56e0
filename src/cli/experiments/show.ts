import { showByName } from '../../app/experiments.ts';
import type { AppServices } from '../../app/services.ts';
import type { TrainingRunDetails } from '../../app/training-run-details.ts';
import { UsageError } from '../../core/errors.ts';
import type { Output } from '../output.ts';
import { wholeNumber } from '../whole-number.ts';
import { printExperiment } from './show-experiments.ts';
import { printTrainingRun, trainingRunJson } from './show-training-run.ts';
import { trainingCurves } from './training-curves.ts';

export type ShowOptions = {
  readonly limit: string;
  readonly plot?: boolean;
  readonly metric?: readonly string[];
  readonly report?: string;
};

/** `experiments show` */
export async function printShown(
  services: AppServices,
  wanted: string,
  options: ShowOptions,
  output: Output,
): Promise<void> {
  const found = await showByName(services, wanted, { limit: wholeNumber('--limit', options.limit) });
  if (found.kind === 'experiment') {
    refuseRunOptions(found.experiment.name, options);
    if (output.json) output.printJson(found.experiment);
    else printExperiment(found.experiment, output);
    return;
  }
  const { trainingRun } = found;
  if (options.report !== undefined) {
    await printReport(services, trainingRun.id, options.report, output);
    return;
  }
  const curves = curvesOf(trainingRun, options, output);
  if (output.json) output.printJson(trainingRunJson(trainingRun));
  else if (curves === undefined) printTrainingRun(trainingRun, services.clock.now(), output);
  else output.print(curves);
}

async function printReport(services: AppServices, id: string, file: string, output: Output): Promise<void> {
  const { writeTrainingReport } = await import('../../app/report/write-training-report.ts');
  const written = await writeTrainingReport(services, id, file);
  if (output.json) output.printJson(written);
  else output.print(`Wrote ${written.path}`);
}

function refuseRunOptions(name: string, { plot, metric, report }: ShowOptions): void {
  const given = [
    ...(plot === true ? ['--plot'] : []),
    ...(metric === undefined ? [] : ['--metric']),
    ...(report === undefined ? [] : ['--report']),
  ];
  if (given.length === 0) return;
  throw new UsageError(
    `${name} is an experiment; ${given.join(' and ')} is for a training run. \`mlflow-ts experiments show ${name}\` lists its own.`,
  );
}

/** What was asked to be drawn; a remark in its place when nothing was measured yet. */
function curvesOf({ metricHistory }: TrainingRunDetails, options: ShowOptions, output: Output): string | undefined {
  const { plot = false, metric = [] } = options;
  if (output.json || (!plot && metric.length === 0)) return undefined;
  const curves = trainingCurves(metricHistory, metric, output);
  if (curves !== undefined) return curves;
  output.remark('The training run has recorded no loss and no accuracy to draw. See what it has without --plot.');
  return '';
}
