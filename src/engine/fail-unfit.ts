import { toRunError } from '../core/errors.ts';
import type { ActiveFlowRun } from './active-flow-run.ts';
import type { AnyFlow } from './flow-options.ts';
import { runHook } from './run-hooks.ts';

/** Ends a run whose parameters do not fit: Failed without Running. Returns the error, for the caller to throw or report. */
export async function failUnfit(flowRun: ActiveFlowRun, flow: AnyFlow, error: unknown): Promise<unknown> {
  const { recorder, runtime } = flowRun.session;
  await recorder.flush();
  const state = { kind: 'Failed', at: runtime.clock.now(), error: toRunError(error) } as const;
  await flowRun.enter(state);
  flowRun.scope.close();
  await runHook(flow.options.hooks, 'Failed', { flow: flow.name, flowRunId: flowRun.id, state }, flowRun.log);
  return error;
}
