import { planPrune, previewPrune, prune } from '../../app/prune-runs.ts';
import type { Pruned, PrunePlan } from '../../app/prune-runs.ts';
import type { AppServices } from '../../app/services.ts';
import { sinceTime } from '../../app/since.ts';
import { UsageError } from '../../core/errors.ts';
import { shortId } from '../../core/ids.ts';
import { isTerminal } from '../../core/run-state.ts';
import type { RunStateKind } from '../../core/run-state.ts';
import type { PrunableRun } from '../../registry/prunable-flow-runs.ts';
import type { CommandContext } from '../command-context.ts';
import { countText } from '../count-text.ts';
import { isSure } from '../is-sure.ts';
import { bytesText } from '../live/progress-text.ts';
import type { Output } from '../output.ts';
import { tableText } from '../table.ts';
import { agoText, isoTime } from '../time-text.ts';
import { stateKinds } from './list-runs.ts';

export type PruneOptions = {
  readonly olderThan: string;
  readonly keep: string;
  readonly flow?: string;
  readonly state?: readonly string[];
  readonly dryRun?: boolean;
  readonly force?: boolean;
  readonly yes?: boolean;
};

/** `runs prune`; says what would go and asks, unless told not to. */
export async function pruneRuns(
  services: AppServices,
  options: PruneOptions,
  output: Output,
  context: CommandContext,
): Promise<void> {
  const now = services.clock.now();
  const plan = await planPrune(services, {
    endedBefore: sinceTime(options.olderThan, now, '--older-than'),
    keep: keepCount(options.keep),
    flow: options.flow,
    states: endedStates(options.state),
    force: options.force === true,
  });
  if (!output.json) tellPlan(plan, now, output);
  if (options.dryRun === true || plan.runs.length === 0) {
    tellEnd(plan, await previewPrune(services, plan), { dryRun: options.dryRun === true, output });
    return;
  }
  const many = countText(plan.runs.length, 'flow run');
  if (options.yes !== true && !(await isSure(`Delete ${many} with all they recorded?`, context))) {
    output.remark('Nothing was deleted.');
    return;
  }
  tellEnd(plan, await prune(services, plan), { dryRun: false, output });
}

function tellPlan({ runs, kept }: PrunePlan, now: number, output: Output): void {
  if (runs.length > 0) {
    output.print(
      tableText(runs.slice(0, SHOWN), [
        { heading: 'run', cell: ({ id }) => output.paint.bold(shortId(id)) },
        { heading: 'flow', cell: ({ flow }) => flow },
        { heading: 'state', cell: ({ state }) => state },
        { heading: 'ended', cell: ({ endedAt }) => agoText(endedAt, now) },
        { heading: 'name', cell: ({ name }) => name },
      ]),
    );
    if (runs.length > SHOWN) output.print(`… and ${runs.length - SHOWN} more`);
  }
  if (kept.length === 0) return;
  const models = [...new Set(kept.map(({ madeModel }) => madeModel))].join(', ');
  output.remark(`${countText(kept.length, 'flow run')} kept for the model versions they made: ${models} (--force)`);
}

function tellEnd(
  plan: PrunePlan,
  freed: Pruned,
  { dryRun, output }: { readonly dryRun: boolean; readonly output: Output },
): void {
  if (output.json) {
    output.printJson({ dryRun, runs: plan.runs.map(runJson), kept: plan.kept.map(runJson), freed });
    return;
  }
  if (plan.runs.length === 0) {
    output.remark('No flow run is old enough to go.');
    return;
  }
  const rows = [
    countText(freed.flowRuns, 'flow run'),
    countText(freed.taskRuns, 'task run'),
    countText(freed.logs, 'log line'),
    countText(freed.artifacts, 'artifact'),
    countText(freed.results, 'result'),
  ].join(', ');
  const files = `${countText(freed.files, 'stored file')} (${bytesText(freed.fileBytes)})`;
  const registry = `${dryRun ? 'about ' : ''}${bytesText(freed.registryBytes)} of the registry`;
  output.print(`\n${dryRun ? 'Would delete' : 'Deleted'} ${rows} and ${files}; frees ${registry}.`);
}

function runJson({ id, name, flow, state, endedAt, madeModel }: PrunableRun): object {
  return { id, name, flow, state, endedAt: isoTime(endedAt), madeModel };
}

function keepCount(text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new UsageError(`--keep ${text} is not a whole number.`);
  return Number(text);
}

function endedStates(texts: readonly string[] | undefined): readonly RunStateKind[] | undefined {
  const states = stateKinds(texts);
  const open = states.find((kind) => !isTerminal(kind));
  if (open !== undefined) throw new UsageError(`A run that is ${open} has not ended: only runs that have ended go.`);
  return states.length === 0 ? undefined : states;
}

const SHOWN = 20;
