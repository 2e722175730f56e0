import type { z } from 'zod';
import { flow, type Flow } from './flow.ts';
import type { FlowBody, FlowOptions } from './flow-options.ts';
import type { BodyResult, Nothing, Recordable } from './recordable.ts';
import { task, type Task } from './task.ts';
import type { TaskBody, TaskOptions } from './task-options.ts';

/** `task` and `flow` whose bodies see `context.services` as `Services`. */
export interface FlowApi<Services> {
  task<Input extends Recordable | undefined | Nothing = Nothing, Returned extends BodyResult = BodyResult>(
    options: TaskOptions<NoInfer<Input>>,
    body: TaskBody<Input, Returned, Services>,
  ): Task<Input, Returned, Services>;
  flow<Schema extends z.ZodType, Returned extends BodyResult>(
    options: FlowOptions<Schema>,
    body: FlowBody<Schema, Returned, Services>,
  ): Flow<Schema, Returned, Services>;
}

/** Binds `task` and `flow` to an application's services. */
export function createFlowApi<Services>(): FlowApi<Services> {
  return { task, flow };
}
