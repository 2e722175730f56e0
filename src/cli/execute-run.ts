import { appendFile } from 'node:fs/promises';
import type { RunAudience } from '../app/run-flow.ts';
import type { AppServices } from '../app/services.ts';
import { shortId } from '../core/ids.ts';
import type { DatasetVersionId } from '../core/ids.ts';
import { getDatasetVersion } from '../registry/dataset-versions.ts';
import type { DatasetVersionRow } from '../registry/dataset-versions.ts';
import type { FlowRunOutcome } from '../engine/run-runtime.ts';
import { cancelOnInterrupt } from './cancel-on-interrupt.ts';
import type { CommandContext } from './command-context.ts';
import type { Output } from './output.ts';
import { datasetVersionOf } from './result-facts.ts';
import { publicError } from './report-error.ts';
import { createRunDisplay } from './live/run-display.ts';
import { markdownSummary, runSummary } from './run-summary.ts';
import type { EndedRun } from './run-summary.ts';
import { isoTime } from './time-text.ts';

/** Runs or retries a flow run in this process: shows it, cancels it on Ctrl-C, sums it up, and says how it ended. */
export async function executeRun(
  context: CommandContext,
  services: AppServices,
  output: Output,
  start: (audience: RunAudience) => Promise<FlowRunOutcome>,
): Promise<void> {
  const display = await createRunDisplay(context, output);
  let id = 'ID';
  const interrupts = cancelOnInterrupt(context.interruptions, context.clock, () => display.remark(cancelText(id)));
  try {
    const outcome = await start({
      signal: interrupts.signal,
      killSignal: interrupts.killSignal,
      observerReady: display.ready,
      observer: (event) => {
        if (event.type === 'flow-run' && event.parentFlowRunId === undefined) id = shortId(event.flowRunId);
        display.observe(event);
      },
    });
    display.stop();
    await tellOutcome(outcome, context, services, output);
    const interruptedBy = interrupts.interruptedBy();
    context.end({
      kind: 'flow-run',
      state: outcome.flowRun.state,
      ...(interruptedBy === undefined ? {} : { interruptedBy }),
    });
  } finally {
    display.stop();
    interrupts.stop();
  }
}

function cancelText(id: string): string {
  return [
    'Cancelling: what runs gets 30 s to stop, then it is ended. Ctrl-C again ends everything at once.',
    `What is finished is kept; go on later with: mlflow-ts runs retry ${id}`,
  ].join('\n');
}

async function tellOutcome(
  outcome: FlowRunOutcome,
  { catalogue, env }: CommandContext,
  services: AppServices,
  output: Output,
): Promise<void> {
  const { flowRun, result, error } = outcome;
  const { dataDir, modelsDir } = services.project;
  const places = { dataDir, modelsDir, dataset: await datasetOf(outcome, services) };
  const run: EndedRun = { ...flowRun, result, error, next: catalogue[flowRun.flow]?.next };
  if (output.json) output.printJson(outcomeJson(outcome));
  else output.print(`\n${runSummary(run, places, output.paint)}`);
  if ((env.GITHUB_STEP_SUMMARY ?? '') === '') return;
  try {
    await appendFile(env.GITHUB_STEP_SUMMARY!, markdownSummary(run, places));
  } catch (failure) {
    output.remark(`The summary could not be written to $GITHUB_STEP_SUMMARY: ${String(failure)}`);
  }
}

async function datasetOf(
  { result }: FlowRunOutcome,
  { registry }: AppServices,
): Promise<DatasetVersionRow | undefined> {
  const id = datasetVersionOf(result);
  return id === undefined ? undefined : getDatasetVersion(registry.db, id as DatasetVersionId);
}

/** The document of `run --json`. */
export function outcomeJson({ flowRun, result, error }: FlowRunOutcome): object {
  return {
    flowRun: {
      id: flowRun.id,
      flow: flowRun.flow,
      state: flowRun.state.kind,
      startedAt: isoTime(flowRun.startedAt),
      endedAt: isoTime(flowRun.endedAt),
    },
    result: result ?? null,
    ...(error === undefined ? {} : { error: publicError(error) }),
  };
}
