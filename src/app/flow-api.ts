import { createFlowApi } from '../engine/flow-api.ts';
import type { AppServices } from './services.ts';

const api = createFlowApi<AppServices>();

/** `task()` whose bodies see AppServices as `context.services`. */
export const task: typeof api.task = api.task.bind(api);

/** `flow()` whose bodies see AppServices as `context.services`. */
export const flow: typeof api.flow = api.flow.bind(api);
