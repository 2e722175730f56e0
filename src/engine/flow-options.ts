import type { z } from 'zod';
import type { FlowRunId } from '../core/ids.ts';
import type { Json } from '../core/json.ts';
import type { RunState } from '../core/run-state.ts';
import type { RetryPolicy } from './retry-policy.ts';
import type { FlowContext } from './run-contexts.ts';

/** What a flow is, beside its function. */
export type FlowOptions<Schema extends z.ZodType> = {
  /** Kebab-case and unique in the project: the command line and the registry know the flow by it. */
  readonly name: string;
  readonly description?: string;
  /** Checked, and coerced from text, before a run leaves Pending. */
  readonly parameters: Schema;
  /** A retry runs the body again as the next attempt of the same flow run; finished tasks return their recorded results. */
  readonly retries?: RetryPolicy;
  readonly timeoutMs?: number;
  /** The flow run's name: text in which `{member}` stands for a parameter, or a function. Default: name and short id. */
  readonly runName?: string | ((parameters: z.output<Schema>) => string);
  readonly tags?: readonly string[];
  readonly hooks?: FlowHooks;
};

/** Called after the state was recorded. What a hook throws is logged and changes nothing. */
export type FlowHooks = {
  readonly onCompletion?: FlowHook;
  readonly onFailure?: FlowHook;
  readonly onCancellation?: FlowHook;
  readonly onCrash?: FlowHook;
};
/** Called when a flow run has ended. */
export type FlowHook = (ended: {
  readonly flow: string;
  readonly flowRunId: FlowRunId;
  readonly state: RunState;
  readonly result?: Json;
}) => void | Promise<void>;

/** The function of a flow. */
export type FlowBody<Schema extends z.ZodType, Returned, Services> = (
  parameters: z.output<Schema>,
  context: FlowContext<Services>,
) => Returned | Promise<Returned>;

/** A flow whatever it takes and returns. */
export interface AnyFlow<Services = never> {
  readonly name: string;
  readonly description: string | undefined;
  readonly parameters: z.ZodType;
  readonly options: Omit<FlowOptions<z.ZodType>, 'runName'> & {
    readonly runName?: string | ((parameters: never) => string);
  };
  readonly body: (parameters: never, context: FlowContext<Services>) => unknown;
}
