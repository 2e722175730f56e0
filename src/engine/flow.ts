import type { z } from 'zod';
import { FLOW_BRAND } from './flow-brand.ts';
import type { AnyFlow, FlowBody, FlowOptions } from './flow-options.ts';
import type { BodyResult, Recorded } from './recordable.ts';
import { currentRun } from './run-scope.ts';
import type { CallOptions } from './task-options.ts';

/** A recorded pipeline. Calling it inside a run makes a subflow run linked to its parent; runFlow starts one. */
export interface Flow<Schema extends z.ZodType, Returned, Services = unknown> {
  (parameters: z.input<Schema>, call?: CallOptions): Promise<Recorded<Returned>>;
  readonly name: string;
  readonly description: string | undefined;
  readonly parameters: Schema;
  readonly options: FlowOptions<Schema>;
  /** The function itself, to call without a run. */
  readonly body: FlowBody<Schema, Returned, Services>;
}

/** Makes a pipeline of a function that names its steps in order. `options.name` identifies it in the registry. */
export function flow<Schema extends z.ZodType, Returned extends BodyResult, Services = unknown>(
  options: FlowOptions<Schema>,
  body: FlowBody<Schema, Returned, Services>,
): Flow<Schema, Returned, Services> {
  const definition: AnyFlow<Services> = {
    name: options.name,
    description: options.description,
    parameters: options.parameters,
    options,
    body,
  };
  const call = (parameters: z.input<Schema>, callOptions: CallOptions = {}): Promise<Recorded<Returned>> =>
    currentRun('flow', options.name).callFlow(definition, parameters, callOptions) as Promise<Recorded<Returned>>;
  const { name, ...members } = definition;
  return Object.defineProperty(Object.assign(call, members, FLOW_BRAND), 'name', { value: name }) as unknown as Flow<
    Schema,
    Returned,
    Services
  >;
}
