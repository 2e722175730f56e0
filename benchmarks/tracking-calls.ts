// Claim: a loop of 10,000 logMetric calls costs at most half of 10,000 commits of one metric each.
// Usage: npm run build && node dist/benchmarks/tracking-calls.js [count]
import { z } from 'zod';
import { createTestHarness, flow, logMetric } from '../src/index.ts';
import { logMetrics } from '../src/registry/metrics.ts';
import { listTrainingRuns } from '../src/registry/training-runs.ts';

const count = Number(process.argv[2] ?? 10_000);
await using harness = await createTestHarness();
const { db } = harness.services.registry;

const loop = flow({ name: 'loop', parameters: z.strictObject({}) }, () => {
  for (let step = 0; step < count; step += 1) logMetric('loss', step, { step });
});
await harness.run(loop, {});

const start = performance.now();
const { id } = await harness.run(loop, {});
const batchedMs = performance.now() - start;

const [trainingRun] = await listTrainingRuns(db, { flowRunId: id });
const bareStart = performance.now();
for (let step = 0; step < count; step += 1) {
  await logMetrics(db, trainingRun!.id, [{ key: 'single', step, value: step, at: step }]);
}
const singleMs = performance.now() - bareStart;

console.log(`${count} logMetric calls, with the flow run around them: ${batchedMs.toFixed(0)} ms`);
console.log(`${count} commits of one metric: ${singleMs.toFixed(0)} ms`);
console.log(`ratio: ${(batchedMs / singleMs).toFixed(2)}`);
