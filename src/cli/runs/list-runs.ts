import { listRuns } from '../../app/runs.ts';
import type { RunsFilter } from '../../app/runs.ts';
import type { AppServices } from '../../app/services.ts';
import { sinceTime } from '../../app/since.ts';
import { closestName } from '../../core/closest-name.ts';
import { UsageError } from '../../core/errors.ts';
import { shortId } from '../../core/ids.ts';
import { RUN_STATE_KINDS } from '../../core/run-state.ts';
import type { RunStateKind } from '../../core/run-state.ts';
import { livenessOf } from '../../engine/this-process.ts';
import { isTerminal } from '../../core/run-state.ts';
import type { FlowRunRow } from '../../registry/flow-run-row.ts';
import type { Output } from '../output.ts';
import { tableText } from '../table.ts';
import { wholeNumber } from '../whole-number.ts';
import { agoText, durationText, isoTime } from '../time-text.ts';
import { paintState } from './paint-state.ts';

type ListOptions = {
  readonly flow?: string;
  readonly state?: readonly string[];
  readonly since?: string;
  readonly limit?: string;
  readonly all?: boolean;
};

/** `runs ls` */
export async function printRuns(services: AppServices, options: ListOptions, output: Output): Promise<void> {
  const now = services.clock.now();
  const runs = await listRuns(services, filterOf(options, now));
  if (output.json) {
    output.printJson(runs.map(flowRunJson));
    return;
  }
  if (runs.length === 0) {
    output.remark(emptyText(options));
    return;
  }
  output.print(
    tableText(runs, [
      { heading: 'run', cell: ({ id }) => output.paint.bold(shortId(id)) },
      { heading: 'flow', cell: ({ flowName }) => flowName },
      { heading: 'state', cell: (run) => paintState(stateWord(run), run.state.kind, output.paint) },
      { heading: 'created', cell: ({ createdAt }) => agoText(createdAt, now) },
      { heading: 'took', align: 'right', cell: (run) => tookText(run, now) },
      { heading: 'name', cell: ({ name }) => name },
    ]),
  );
  if (runs.length === DEFAULT_LIMIT && options.limit === undefined) {
    output.remark(output.paintRemark.dim(`\nThe newest ${DEFAULT_LIMIT}. More: --limit 100 · with subflows: --all`));
  }
}

function filterOf(options: ListOptions, now: number): RunsFilter {
  const { flow, since, all = false } = options;
  const states = stateKinds(options.state);
  const givenLimit = options.limit === undefined ? undefined : wholeNumber('--limit', options.limit);
  return {
    flow,
    states: states.length === 0 ? undefined : states,
    since: since === undefined ? undefined : sinceTime(since, now),
    limit: givenLimit ?? (all ? undefined : DEFAULT_LIMIT),
    withSubflows: all ? true : undefined,
  };
}

/** A flow run as `--json` shows it. */
export function flowRunJson(run: FlowRunRow): Record<string, unknown> {
  return {
    id: run.id,
    flow: run.flowName,
    name: run.name,
    state: run.state.kind,
    attempt: run.attempt,
    parentFlowRunId: run.parentFlowRunId,
    tags: run.tags,
    codeVersion: run.codeVersion,
    createdAt: isoTime(run.createdAt),
    startedAt: isoTime(run.startedAt),
    endedAt: isoTime(run.endedAt),
  };
}

/** The state in one word; of an open run whose process is gone it says so, though nothing is written by looking. */
export function stateWord(run: FlowRunRow): string {
  return isOrphaned(run) ? `${run.state.kind} (process gone)` : run.state.kind;
}

/** Whether an open run's process is known to be gone: the next command that writes will end it as Crashed. */
export function isOrphaned({ state, owner }: FlowRunRow): boolean {
  return !isTerminal(state.kind) && owner !== null && livenessOf(owner) === 'dead';
}

/** States as options name them: repeated or separated by commas, in any case. @throws UsageError. */
export function stateKinds(texts: readonly string[] = []): RunStateKind[] {
  return texts.flatMap((text) => text.split(',')).map(stateKind);
}

function stateKind(text: string): RunStateKind {
  const closest = closestName(text, RUN_STATE_KINDS);
  const exact = RUN_STATE_KINDS.find((kind) => kind.toLowerCase() === text.toLowerCase());
  if (exact !== undefined) return exact;
  const hint = closest === undefined ? `States: ${RUN_STATE_KINDS.join(', ')}.` : `Did you mean "${closest}"?`;
  throw new UsageError(`There is no state "${text}". ${hint}`);
}

function tookText({ startedAt, endedAt, state }: FlowRunRow, now: number): string {
  if (startedAt === null) return '–';
  return durationText((isTerminal(state.kind) ? (endedAt ?? now) : now) - startedAt);
}

function emptyText({ flow, state = [], since }: ListOptions): string {
  const isFiltered = flow !== undefined || state.length > 0 || since !== undefined;
  return isFiltered
    ? 'No flow run fits. `mlflow-ts runs ls` lists them without conditions.'
    : 'Nothing has run yet. Start with: mlflow-ts run pipeline';
}

const DEFAULT_LIMIT = 20;
