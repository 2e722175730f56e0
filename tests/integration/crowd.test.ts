import { expect, test } from '@jest/globals';
import { runCrowd } from '../helpers/crowd.ts';

test('database is locked: four processes that run flows and eight that look on meet no lock error and lose nothing', async () => {
  const { writers, reads, recorded } = await runCrowd({ writers: 4, readers: 8, seconds: 3 });
  const sum = (member: 'flowRuns' | 'taskRuns' | 'logs'): number =>
    writers.reduce((all, writer) => all + writer[member], 0);
  const [flowRuns, taskRuns] = [sum('flowRuns'), sum('taskRuns')];
  // Pending, Running and Completed of each.
  expect(recorded).toEqual({ flowRuns, taskRuns, states: 3 * (flowRuns + taskRuns), logs: sum('logs') });
  expect(taskRuns).toBeGreaterThan(0);
  expect(reads).toBeGreaterThan(0);
  for (const { waitP99Ms } of writers) expect(waitP99Ms).toBeLessThan(1_000);
}, 60_000);
