import type { FlowRunId } from '../core/ids.ts';
import { TERMINAL_KINDS } from '../core/run-state.ts';
import { precompiled } from './precompiled.ts';

/** Who writes: a flow run's attempt that is not the recorded one, or that has ended, writes nothing more. */
export type FlowFence = { readonly flowRunId: FlowRunId; readonly flowAttempt: number };

/** Finds the flow run only while it is at this attempt and has not ended: the first query of what `writeFenced` runs. */
export const selectFence = precompiled((db, fence: FlowFence) =>
  db
    .selectFrom('flow_runs')
    .select('attempt')
    .where('id', '=', fence.flowRunId)
    .where('attempt', '=', fence.flowAttempt)
    .where('state_kind', 'not in', TERMINAL_KINDS),
);
