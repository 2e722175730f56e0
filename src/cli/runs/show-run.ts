import { runChanges } from '../../app/run-changes.ts';
import { readArtifacts, readRun } from '../../app/runs.ts';
import type { RunSnapshot } from '../../app/runs.ts';
import type { AppServices } from '../../app/services.ts';
import { shortId } from '../../core/ids.ts';
import type { RunError, RunStateKind } from '../../core/run-state.ts';
import { isSuccessful, isTerminal } from '../../core/run-state.ts';
import type { ArtifactRow } from '../../registry/artifacts.ts';
import type { TaskRunRow } from '../../registry/task-run-row.ts';
import type { FlowRunRow } from '../../registry/flow-run-row.ts';
import { treeLines } from '../live/live-tree.ts';
import { paintLine } from '../live/paint-line.ts';
import { bytesText } from '../live/progress-text.ts';
import { addFolded, createRunView, recordRunEvent } from '../live/run-view.ts';
import type { FoldedRuns } from '../live/run-view.ts';
import { stateText } from '../live/state-text.ts';
import type { Output } from '../output.ts';
import { publicError } from '../report-error.ts';
import { tableText } from '../table.ts';
import { agoText, durationText, isoTime } from '../time-text.ts';
import { flowRunJson, isOrphaned } from './list-runs.ts';
import { paintState } from './paint-state.ts';

/** `runs show` */
export async function printRun(services: AppServices, idOrName: string, output: Output): Promise<void> {
  const snapshot = await readRun(services, idOrName);
  const artifacts = await readArtifacts(services, snapshot.flowRuns[0].id);
  if (output.json) {
    output.printJson(runJson(snapshot, artifacts));
    return;
  }
  const now = services.clock.now();
  output.print(headText(snapshot.flowRuns[0], now, output));
  output.print(`\n${treeText(snapshot, now, output)}`);
  if (artifacts.length > 0) output.print(`\n${artifactsText(artifacts, snapshot.taskRuns)}`);
  output.remark(output.paintRemark.dim(`\n${nextText(snapshot.flowRuns[0])}`));
}

function headText(run: FlowRunRow, now: number, { paint }: Output): string {
  const orphaned = isOrphaned(run)
    ? paint.red(' – its process is gone; the next command that writes ends it as Crashed')
    : '';
  const facts: [string, string][] = [
    ['Id', run.id],
    ['Flow', run.attempt > 1 ? `${run.flowName} (attempt ${run.attempt})` : run.flowName],
    ['Created', `${new Date(run.createdAt).toISOString()} (${agoText(run.createdAt, now)})`],
    ...(run.startedAt === null
      ? []
      : ([['Took', durationText((run.endedAt ?? now) - run.startedAt)]] as [string, string][])),
    ...(run.entrypoint === null ? [] : ([['From', run.entrypoint]] as [string, string][])),
    ['Code', run.codeVersion],
    ...(run.tags.length === 0 ? [] : ([['Tags', run.tags.join(', ')]] as [string, string][])),
    ['Parameters', JSON.stringify(run.parameters)],
    ...(run.parentFlowRunId === null ? [] : ([['Part of', run.parentFlowRunId]] as [string, string][])),
    ...errorFacts(run),
  ];
  const lines = facts.map(([about, text]) => `  ${paint.bold(about.padEnd(10))}  ${text}`);
  return [
    `${paint.bold(run.name)}  ${paintState(stateText(run.state), run.state.kind, paint)}${orphaned}`,
    ...lines,
  ].join('\n');
}

function errorFacts({ state }: FlowRunRow): [string, string][] {
  if (state.kind !== 'Failed') return [];
  const chain = (error: RunError): string[] => [
    `${error.name}: ${error.message}`,
    ...(error.cause === undefined ? [] : chain(error.cause)),
  ];
  return [['Error', chain(state.error).join('\n  caused by ').replaceAll('\n', '\n              ')]];
}

function treeText(snapshot: RunSnapshot, now: number, output: Output): string {
  const view = createRunView({ keepEnded: Infinity });
  for (const event of runChanges(undefined, snapshot, now)) recordRunEvent(view, event);
  for (const [flowRunId, task, counts] of unlisted(snapshot)) addFolded(view, flowRunId, task, counts);
  const frame = { now, columns: output.columns, rows: Infinity, tick: 0 };
  return treeLines(view, frame)
    .map((line) => paintLine(line, output.paint))
    .join('\n');
}

/** The task runs that were not read one by one: all that are left out have ended. */
function unlisted({ taskRuns, taskRunCounts }: RunSnapshot): [flowRunId: string, task: string, FoldedRuns][] {
  const left = new Map<string, [string, string, { done: number; bad: number }]>();
  const count = (flowRunId: string, task: string, state: RunStateKind, runs: number): void => {
    const counts = left.get(`${flowRunId} ${task}`) ?? [flowRunId, task, { done: 0, bad: 0 }];
    left.set(`${flowRunId} ${task}`, counts);
    if (isTerminal(state)) counts[2][isSuccessful(state) ? 'done' : 'bad'] += runs;
  };
  for (const { flowRunId, taskName, state, count: runs } of taskRunCounts) count(flowRunId, taskName, state, runs);
  for (const { flowRunId, taskName, state } of taskRuns) count(flowRunId, taskName, state.kind, -1);
  return [...left.values()].filter(([, , { done, bad }]) => done + bad > 0);
}

function artifactsText(artifacts: readonly ArtifactRow[], taskRuns: readonly TaskRunRow[]): string {
  const tasks = new Map<string, string>(taskRuns.map(({ id, taskName }) => [id, taskName]));
  return tableText(artifacts, [
    { heading: 'artifact', cell: ({ key }) => key },
    { heading: 'kind', cell: ({ kind }) => kind },
    { heading: 'task', cell: ({ taskRunId }) => tasks.get(taskRunId ?? '') ?? '–' },
    { heading: 'size', align: 'right', cell: ({ bytes }) => (bytes === null ? '–' : bytesText(bytes)) },
    {
      heading: 'stored as',
      cell: ({ storageHash }) => (storageHash === null ? 'in the registry' : shortId(storageHash)),
    },
  ]);
}

function nextText({ id, state }: FlowRunRow): string {
  const short = shortId(id);
  if (!isTerminal(state.kind))
    return `Watch it: mlflow-ts runs watch ${short} · stop it: mlflow-ts runs cancel ${short}`;
  const logs = `Logs: mlflow-ts runs logs ${short}`;
  return isSuccessful(state.kind) ? logs : `${logs} · again: mlflow-ts runs retry ${short}`;
}

function runJson(snapshot: RunSnapshot, artifacts: readonly ArtifactRow[]): object {
  const [run] = snapshot.flowRuns;
  return flowJson(run, snapshot, artifacts);
}

function flowJson(run: FlowRunRow, snapshot: RunSnapshot, artifacts: readonly ArtifactRow[]): object {
  return {
    ...flowRunJson(run),
    entrypoint: run.entrypoint,
    ...(run.state.kind === 'Failed' ? { error: publicError(run.state.error) } : {}),
    parameters: run.parameters,
    result: run.result,
    taskRunCounts: stateCounts(run, snapshot),
    taskRuns: snapshot.taskRuns.filter(({ flowRunId }) => flowRunId === run.id).map(taskJson),
    artifacts: artifacts.filter(({ flowRunId }) => flowRunId === run.id).map(artifactJson),
    subflowRuns: snapshot.flowRuns
      .filter(({ parentFlowRunId }) => parentFlowRunId === run.id)
      .map((subflow) => flowJson(subflow, snapshot, artifacts)),
  };
}

function stateCounts({ id }: FlowRunRow, { taskRunCounts }: RunSnapshot): Partial<Record<RunStateKind, number>> {
  const counts: Partial<Record<RunStateKind, number>> = {};
  for (const { flowRunId, state, count } of taskRunCounts) {
    if (flowRunId === id) counts[state] = (counts[state] ?? 0) + count;
  }
  return counts;
}

function taskJson(row: TaskRunRow): object {
  return {
    id: row.id,
    task: row.taskName,
    name: row.name,
    tags: row.tags,
    state: row.state.kind,
    attempt: row.attempt,
    parentTaskRunId: row.parentTaskRunId,
    ...(row.state.kind === 'Failed' ? { error: publicError(row.state.error) } : {}),
    progress: row.progress,
    startedAt: isoTime(row.startedAt),
    endedAt: isoTime(row.endedAt),
  };
}

function artifactJson(row: ArtifactRow): object {
  const { id, key, kind, taskRunId, content, storageHash, fileName, mediaType, bytes } = row;
  return {
    id,
    key,
    kind,
    taskRunId,
    content,
    storageHash,
    fileName,
    mediaType,
    bytes,
    createdAt: isoTime(row.createdAt),
  };
}
