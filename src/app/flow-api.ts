import type { z } from 'zod';
import { createFlowApi } from '../engine/flow-api.ts';
import type { Flow } from '../engine/flow.ts';
import type { FlowBody, FlowOptions } from '../engine/flow-options.ts';
import type { BodyResult, Nothing, Recordable } from '../engine/recordable.ts';
import type { Task } from '../engine/task.ts';
import type { TaskBody, TaskOptions } from '../engine/task-options.ts';
import type { AppServices } from './services.ts';

const api = createFlowApi<AppServices>();

/** Makes a recorded step of a function from JSON to JSON. `options.name` identifies it in the registry. */
export function task<
  Input extends Recordable | undefined | Nothing = Nothing,
  Returned extends BodyResult = BodyResult,
>(
  options: TaskOptions<NoInfer<Input>>,
  body: TaskBody<Input, Returned, AppServices>,
): Task<Input, Returned, AppServices> {
  return api.task(options, body);
}

/** Makes a pipeline of a function that names its steps in order. `options.name` identifies it in the registry. */
export function flow<Schema extends z.ZodType, Returned extends BodyResult>(
  options: FlowOptions<Schema>,
  body: FlowBody<Schema, Returned, AppServices>,
): Flow<Schema, Returned, AppServices> {
  return api.flow(options, body);
}
