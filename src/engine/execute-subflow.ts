import { newFlowRunId } from '../core/ids.ts';
import { hashJson, type Json } from '../core/json.ts';
import { isSuccessful, isTerminal } from '../core/run-state.ts';
import type { Seal } from '../core/seal.ts';
import { beginFlowAttempt } from '../registry/flow-run-states.ts';
import type { FlowRunRow } from '../registry/flow-run-row.ts';
import { findSubflowRun, getFlowRun, insertFlowRun, type NewFlowRun } from '../registry/flow-runs.ts';
import { withTransaction } from '../registry/registry-db.ts';
import { ActiveFlowRun } from './active-flow-run.ts';
import type { CallSite } from './call-site.ts';
import { closeFlowRunTree } from './close-flow-run-tree.ts';
import { executeFlowRun } from './execute-flow.ts';
import { failUnfit } from './fail-unfit.ts';
import type { AnyFlow } from './flow-options.ts';
import { checkSubflowParameters, newFlowRun } from './new-flow-run.ts';
import type { CallOptions } from './task-options.ts';

/**
 * Executes a flow called by a run, as a flow run of its own that is linked to it. When an earlier attempt of the caller made
 * the same call, its flow run is used: a successful one returns its recorded result, any other gets a new attempt.
 */
export async function executeSubflow(site: CallSite, flow: AnyFlow, raw: unknown, options: CallOptions): Promise<Json> {
  site.assertOpen();
  const { secrets } = site.flowRun.session.runtime;
  const given = checkSubflowParameters(flow, raw, secrets);
  const call = `${flow.name}/${hashJson(given.recorded)}`;
  const callKey = [call, site.taskRunId ?? 'flow', site.callKey(call, options.key)].join('/');

  const recorded = site.resumed ? await findRecorded(site, callKey) : undefined;
  const reused = recorded === undefined ? undefined : reuse(site, recorded, secrets.seal);
  if (reused !== undefined) return reused.value;

  const flowRun =
    recorded === undefined
      ? await insert(site, newFlowRun(site.flowRun.session, flow, given, { ...linksOf(site), callKey, ...options }))
      : await beginAgain(site, recorded);
  const { checked } = given;
  if (checked.kind === 'unfit') throw await failUnfit(flowRun, flow, checked.error);
  const end = await executeFlowRun(flowRun, flow, checked.parameters, site.handlers);
  if (isSuccessful(end.state.kind)) return end.result ?? null;
  throw end.error;
}

async function findRecorded({ flowRun }: CallSite, callKey: string): Promise<FlowRunRow | undefined> {
  return findSubflowRun(flowRun.session.runtime.registry.db, { parentFlowRunId: flowRun.id, callKey });
}

function reuse(site: CallSite, recorded: FlowRunRow, seal: Seal): { readonly value: Json } | undefined {
  if (recorded.discardedAt !== null || !isSuccessful(recorded.state.kind)) return undefined;
  const opened = seal.open(recorded.result);
  if (opened !== undefined) activeRun(site, recorded).emit(recorded.state, true);
  return opened;
}

function linksOf({
  flowRun,
  taskRunId,
}: CallSite): Pick<NewFlowRun, 'id' | 'rootFlowRunId' | 'parentFlowRunId' | 'parentTaskRunId'> {
  return {
    id: newFlowRunId(),
    rootFlowRunId: flowRun.links.rootFlowRunId,
    parentFlowRunId: flowRun.id,
    ...(taskRunId === null ? {} : { parentTaskRunId: taskRunId }),
  };
}

async function insert(site: CallSite, row: NewFlowRun): Promise<ActiveFlowRun> {
  const { flowRun: parent } = site;
  const inserted = await withTransaction(parent.session.runtime.registry.db, async (transaction) => {
    const { attempt, state } = (await getFlowRun(transaction, parent.id)) ?? {};
    if (attempt !== parent.attempt || state === undefined || isTerminal(state.kind)) return false;
    await insertFlowRun(transaction, row);
    return true;
  });
  if (!inserted) throw parent.fenced();
  const flowRun = activeRun(site, { ...row, attempt: 1 });
  flowRun.emit(row.state);
  return flowRun;
}

async function beginAgain(site: CallSite, recorded: FlowRunRow): Promise<ActiveFlowRun> {
  const { session } = site.flowRun;
  const { registry, clock } = session.runtime;
  const at = clock.now();
  if (!isTerminal(recorded.state.kind)) {
    await closeFlowRunTree(registry.db, recorded, { kind: 'Crashed', at, reason: 'an earlier attempt left it open' });
  }
  const { id, attempt: expectedAttempt } = recorded;
  const state = { kind: 'Pending', at } as const;
  const begun = await beginFlowAttempt(registry.db, { id, expectedAttempt, owner: session.owner, state });
  if (!begun) throw site.flowRun.fenced();
  const flowRun = activeRun(site, { ...recorded, state, attempt: expectedAttempt + 1 });
  flowRun.emit(state);
  return flowRun;
}

function activeRun(
  { flowRun: parent, taskRunId, scope }: CallSite,
  row: Pick<FlowRunRow, 'id' | 'flowName' | 'name' | 'state' | 'attempt'>,
): ActiveFlowRun {
  const links = {
    id: row.id,
    rootFlowRunId: parent.links.rootFlowRunId,
    flow: row.flowName,
    name: row.name,
    parentFlowRunId: parent.id,
    ...(taskRunId === null ? {} : { parentTaskRunId: taskRunId }),
  };
  return new ActiveFlowRun(parent.session, links, { attempt: row.attempt, state: row.state.kind, within: scope });
}
