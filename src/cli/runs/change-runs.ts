import { flowOfRun } from '../../app/flow-files/project-flows.ts';
import { cancelRun, reapSilent, retryFlowNow } from '../../app/run-flow.ts';
import { deleteRuns } from '../../app/runs.ts';
import type { AppServices } from '../../app/services.ts';
import type { FlowRunRow } from '../../registry/flow-run-row.ts';
import { findFlowRun } from '../../registry/flow-runs.ts';
import type { CommandContext } from '../command-context.ts';
import { flowPlacesIn } from '../flow-places.ts';
import { countText } from '../count-text.ts';
import { isSure } from '../is-sure.ts';
import { executeRun } from '../execute-run.ts';
import { bytesText } from '../live/progress-text.ts';
import type { Output } from '../output.ts';

/** `runs cancel` */
export async function cancelRuns(
  services: AppServices,
  names: readonly string[],
  output: Output,
  context: CommandContext,
): Promise<void> {
  const runs = await findRuns(services, names);
  const answers: object[] = [];
  for (const run of runs) {
    const answer = (await cancelOrReap(services, run, output, context)) ? 'cancelled' : 'requested';
    answers.push({ id: run.id, name: run.name, answer });
    if (output.json) continue;
    output.print(
      answer === 'cancelled'
        ? `${run.name} is Cancelled.`
        : `${run.name} is asked to stop; what does not within 30 s is ended. Watch it: mlflow-ts runs watch ${run.id}`,
    );
  }
  if (output.json) output.printJson(answers);
}

/** Whether the run has ended by it; else its process was asked to end it. */
async function cancelOrReap(
  services: AppServices,
  run: FlowRunRow,
  output: Output,
  context: CommandContext,
): Promise<boolean> {
  if ((await cancelRun(services, run)) === 'cancelled') return true;
  const places = flowPlacesIn(context, services.project);
  return (await reapSilent(services, run, places, (message) => output.remark(message))) !== undefined;
}

/** `runs retry` */
export async function retryRun(
  services: AppServices,
  idOrName: string,
  { from }: { readonly from?: string },
  output: Output,
  context: CommandContext,
): Promise<void> {
  const run = await findFlowRun(services.registry.db, idOrName);
  const places = flowPlacesIn(context, services.project);
  const flow = await flowOfRun(run, places);
  await reapSilent(services, run, places, (message) => output.remark(message));
  // A built-in flow of the same name says nothing about what comes after this one.
  const catalogue = run.entrypoint === null ? context.catalogue : {};
  await executeRun({ ...context, catalogue }, services, output, (audience) =>
    retryFlowNow(services, flow, run.id, from === undefined ? {} : { from }, audience),
  );
}

/** `runs delete`; asks first, unless told not to. */
export async function deleteRunsByName(
  services: AppServices,
  names: readonly string[],
  options: { readonly yes?: boolean },
  output: Output,
  context: CommandContext,
): Promise<void> {
  const runs = await findRuns(services, names);
  const list = runs.map(({ name }) => name).join(', ');
  if (options.yes !== true && !(await isSure(`Delete ${list} with all logs and artifacts?`, context))) {
    output.remark('Nothing was deleted.');
    return;
  }
  const { files, fileBytes } = await deleteRuns(services, runs);
  if (output.json) output.printJson(runs.map(({ id, name }) => ({ id, name, deleted: true })));
  else output.print(`Deleted ${list} and ${countText(files, 'stored file')} (${bytesText(fileBytes)}).`);
}

async function findRuns({ registry }: AppServices, names: readonly string[]): Promise<FlowRunRow[]> {
  const runs: FlowRunRow[] = [];
  for (const name of names) runs.push(await findFlowRun(registry.db, name));
  return [...new Map(runs.map((run) => [run.id, run])).values()];
}
