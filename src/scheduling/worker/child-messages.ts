import { z } from 'zod';
import type { FlowRunId } from '../../core/ids.ts';
import type { RunState } from '../../core/run-state.ts';

/** The run that a child is for. */
export type RunOrder = {
  readonly flowRunId: FlowRunId;
  readonly attempt: number;
  /** The version of the project's code as the worker found it just now. */
  readonly codeVersion: string;
  /** What the run has to stop in when it is cancelled. */
  readonly graceMs: number;
};

/** What a worker tells a warm child, once. */
export type ChildOrder =
  | (RunOrder & { readonly type: 'run' })
  /** A run whose process was gone was ended in this state: its flow's hook is called, in a process that nothing depends on. */
  | { readonly type: 'hook'; readonly flowRunId: FlowRunId; readonly state: ReapedState };

/** A state in which a run is ended from outside. */
export type ReapedState = Extract<RunState, { kind: 'Crashed' | 'Cancelled' }>;

const flowRunId = z.string() as unknown as z.ZodType<FlowRunId>;

export const childOrderSchema: z.ZodType<ChildOrder> = z.discriminatedUnion('type', [
  z.object({ type: z.literal('run'), flowRunId, attempt: z.int(), codeVersion: z.string(), graceMs: z.number() }),
  z.object({
    type: z.literal('hook'),
    flowRunId,
    state: z.object({ kind: z.enum(['Crashed', 'Cancelled']), at: z.int(), reason: z.string() }),
  }),
]);

/** What a child tells its worker: it has loaded what every run needs; its run has ended and that is recorded. */
export type ChildReport = { readonly type: 'ready' } | { readonly type: 'ended'; readonly state: string };

export const childReportSchema: z.ZodType<ChildReport> = z.discriminatedUnion('type', [
  z.object({ type: z.literal('ready') }),
  z.object({ type: z.literal('ended'), state: z.string() }),
]);
