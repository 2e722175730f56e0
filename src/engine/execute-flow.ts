import { toRunError } from '../core/errors.ts';
import { isSuccessful, isTerminal, type RunState } from '../core/run-state.ts';
import { closeOpenTaskRuns } from '../registry/task-run-states.ts';
import { AbortScope } from './abort-scope.ts';
import type { ActiveFlowRun, FlowEnd } from './active-flow-run.ts';
import { CallSite, type CallHandlers } from './call-site.ts';
import type { AnyFlow } from './flow-options.ts';
import { endCompanions, flushCompanions } from './flush-companions.ts';
import { recordArtifacts } from './record-artifacts.ts';
import { retryDelayMs, shouldRetry } from './retry-policy.ts';
import { isFenced, runBody, stateOf, type BodyEnd } from './run-body.ts';
import type { FlowContext } from './run-contexts.ts';
import { runHook } from './run-hooks.ts';
import { withinRun } from './run-scope.ts';

/**
 * Executes a flow run that is Pending or Scheduled: runs its body until it succeeds or its retries are used up. When it
 * resolves, everything that the run started has ended and its state, logs and result are on disk.
 * @throws FencedError when another attempt has taken over; EnvironmentError when the registry cannot be written.
 */
export async function executeFlowRun(
  flowRun: ActiveFlowRun,
  flow: AnyFlow,
  parameters: unknown,
  handlers: CallHandlers,
): Promise<FlowEnd> {
  const { session, scope } = flowRun;
  session.running.add(flowRun);
  try {
    for (let tries = 1; ; tries += 1) {
      const end = await executeAttempt(flowRun, flow, parameters, handlers);
      if (!isWorthARetry(flowRun, flow, end, tries)) return await finish(flowRun, flow, end);
      const cancelled = await waitForRetry(flowRun, flow, end, tries);
      if (cancelled !== undefined) return await finish(flowRun, flow, cancelled);
    }
  } finally {
    session.running.delete(flowRun);
    scope.close();
  }
}

async function executeAttempt(
  flowRun: ActiveFlowRun,
  flow: AnyFlow,
  parameters: unknown,
  handlers: CallHandlers,
): Promise<BodyEnd> {
  const { session } = flowRun;
  const { clock } = session.runtime;
  if (flowRun.scope.aborted) return cancelledBy(flowRun);
  if (flowRun.state === 'Scheduled') await flowRun.enter({ kind: 'Pending', at: clock.now() });
  await flowRun.enter({ kind: 'Running', at: clock.now() }, { patch: { owner: session.owner } });

  const scope = new AbortScope(flowRun.scope);
  const site = new CallSite({ flowRun, scope, taskRunId: null, resumed: flowRun.attempt > 1, handlers });
  const { timeoutMs } = flow.options;
  const options = { what: `Flow "${flow.name}"`, timeoutMs, graceMs: session.graceMs, clock };
  const end = await runBody(scope, options, async () => {
    try {
      return await withinRun(site, () =>
        flow.body(parameters as never, flowContext(flowRun, scope) as FlowContext<never>),
      );
    } finally {
      await flowRun.drained();
    }
  }).finally(() => flowRun.drained());
  await session.children.end((owner) => owner.flowRunId === flowRun.id, session.graceMs);
  scope.close();
  return flushCompanions(flowRun, unlessCancelled(flowRun, end));
}

/** A run that was told to stop is Cancelled, even when its body completed meanwhile. */
function unlessCancelled(flowRun: ActiveFlowRun, end: BodyEnd): BodyEnd {
  return flowRun.scope.aborted ? cancelledBy(flowRun) : end;
}

/** @throws the reason when it is that this process has lost the run. */
function cancelledBy({ scope }: ActiveFlowRun): BodyEnd {
  if (isFenced(scope.reason)) throw scope.reason;
  return { kind: 'cancelled', error: scope.reason };
}

function flowContext(flowRun: ActiveFlowRun, scope: AbortScope): FlowContext<unknown> {
  const { session, id: flowRunId, attempt } = flowRun;
  return {
    signal: scope.signal,
    log: flowRun.log,
    services: session.runtime.services,
    artifacts: recordArtifacts(session, { flowRunId }),
    children: {
      register: (child, what) => session.children.register({ flowRunId, attempt, taskRunId: null, scope }, child, what),
    },
    run: { flowRunId, flowAttempt: attempt },
  };
}

type BadEnd = Extract<BodyEnd, { error: unknown }>;

function isWorthARetry(flowRun: ActiveFlowRun, flow: AnyFlow, end: BodyEnd, tries: number): end is BadEnd {
  if (end.kind === 'returned' || end.kind === 'skipped' || end.kind === 'cancelled') return false;
  return !flowRun.scope.aborted && shouldRetry(flow.options.retries, end.error, tries);
}

/** Ends the attempt and waits, Scheduled, for the next; returns how it ended instead when it was cancelled meanwhile. */
async function waitForRetry(
  flowRun: ActiveFlowRun,
  flow: AnyFlow,
  end: BadEnd,
  tries: number,
): Promise<BodyEnd | undefined> {
  const { clock, random } = flowRun.session.runtime;
  const delayMs = retryDelayMs(flow.options.retries ?? { limit: 0 }, tries, random);
  const at = clock.now();
  const retryAt = at + delayMs;
  const { message } = toRunError(end.error);
  flowRun.log.warn(`Attempt ${flowRun.attempt} failed and is repeated in ${delayMs} ms: ${message}`);
  const scheduled: RunState = { kind: 'Scheduled', at, scheduledFor: retryAt, retryAt };
  await flowRun.enterNextAttempt(stateOf(end, at), scheduled);
  try {
    await clock.sleep(delayMs, flowRun.scope.signal);
    return undefined;
  } catch {
    return cancelledBy(flowRun);
  }
}

async function finish(flowRun: ActiveFlowRun, flow: AnyFlow, end: BodyEnd): Promise<FlowEnd> {
  const { recorder, runtime } = flowRun.session;
  await recorder.flush();
  // A task whose end could not be written (the disk was full for a while) must not look as if it ran on.
  // Only then is it looked for: among 100,000 task runs that takes a while, and every writer waits meanwhile.
  const lost = { kind: 'Crashed', at: runtime.clock.now(), reason: 'its end could not be recorded' } as const;
  if (flowRun.openTaskRuns.size > 0) {
    await closeOpenTaskRuns(runtime.registry.db, { ...flowRun.fence, to: lost });
  }
  const last = unlessCancelled(flowRun, end);
  const state = stateOf(last, runtime.clock.now());
  const result = last.kind === 'returned' ? { result: last.value } : last.kind === 'skipped' ? { result: null } : {};
  const recorded = result.result === undefined ? {} : { result: runtime.secrets.seal.json(result.result) };
  await endCompanions(flowRun, state);
  await flowRun.enter(state, recorded);
  if (isTerminal(state.kind)) {
    await runHook(
      flow.options.hooks,
      state.kind,
      { flow: flow.name, flowRunId: flowRun.id, state, ...result },
      flowRun.log,
    );
  }
  return { state, ...result, ...(isSuccessful(state.kind) ? {} : { error: (last as BadEnd).error }) };
}
