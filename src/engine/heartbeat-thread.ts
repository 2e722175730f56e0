import { parentPort, workerData } from 'node:worker_threads';
import { z } from 'zod';
import { systemClock } from '../core/clock.ts';
import { toRunError } from '../core/errors.ts';
import type { FlowRunId } from '../core/ids.ts';
import { renewLease } from '../registry/flow-run-states.ts';
import { openRegistry } from '../registry/open-registry.ts';
import type { HeartbeatOrder, HeartbeatReport } from './heartbeat-messages.ts';

const order = z
  .object({ registryPath: z.string(), flowRunId: z.string(), attempt: z.number(), renewEveryMs: z.number() })
  .parse(workerData);
const id = order.flowRunId as FlowRunId;
const stopping = new AbortController();
let { attempt } = order;

parentPort?.on('message', (message: HeartbeatOrder) => {
  if (message.type === 'stop') stopping.abort();
  else attempt = message.attempt;
});

const registry = await openRegistry({ path: order.registryPath, clock: systemClock });
while (!stopping.signal.aborted) {
  await renew();
  await systemClock.sleep(order.renewEveryMs, stopping.signal).catch(() => undefined);
}
await registry.close();
parentPort?.close();

async function renew(): Promise<void> {
  const renewed = attempt;
  try {
    if (await renewLease(registry.db, { id, attempt: renewed, at: systemClock.now() })) return;
    report({ type: 'lost', attempt: renewed });
  } catch (error) {
    report({ type: 'trouble', message: toRunError(error).message });
  }
}

function report(message: HeartbeatReport): void {
  parentPort?.postMessage(message);
}
