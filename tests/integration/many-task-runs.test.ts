import { expect, test } from '@jest/globals';
import { z } from 'zod';
import { createRunView, recordRunEvent } from '../../src/cli/live/run-view.ts';
import { readRun } from '../../src/app/runs.ts';
import { flow, task } from '../../src/app/flow-api.ts';
import { runCliHere } from '../e2e/run-cli.ts';
import { runFlow } from '../../src/engine/run-flow.ts';
import { temporaryProject } from '../helpers/project.ts';

/** More than `runs show` reads one by one. */
const COUNT = 1_200;
const count = task({ name: 'count' }, ({ n }: { n: number }, { log }) => {
  if (n === 7) throw new Error('seven');
  if (n % 10 === 0) log.info(`counted ${n}`);
  return n;
});
const counting = flow({ name: 'counting', parameters: z.object({}) }, async () => {
  await count.map(Array.from({ length: COUNT }, (_, n) => ({ n }))).settled();
  return null;
});

test('memory: of 1,200 tasks neither the engine nor the view keeps more than of a few, and show and logs tell them all', async () => {
  const project = await temporaryProject();
  const { registry, storage, secrets, clock, random, codeVersion } = project.services;
  const view = createRunView();
  const runtime = { registry, storage, secrets, clock, random, codeVersion, services: project.services };
  const observer = (event: Parameters<typeof recordRunEvent>[1]): void => recordRunEvent(view, event);
  const { flowRun } = await runFlow(counting, {}, { ...runtime, observer });
  expect(flowRun.state.kind).toBe('Completed');
  expect(view.nodes.size).toBeLessThan(100);

  const { taskRuns, taskRunCounts } = await readRun(project.services, flowRun.id);
  expect(taskRuns.length).toBeLessThanOrEqual(1_000);
  expect(taskRuns.find(({ state }) => state.kind === 'Failed')).toMatchObject({ input: { n: 7 } });
  expect(taskRunCounts).toEqual([
    { flowRunId: flowRun.id, taskName: 'count', state: 'Completed', count: COUNT - 1 },
    { flowRunId: flowRun.id, taskName: 'count', state: 'Failed', count: 1 },
  ]);

  const cli = async (...args: string[]) => (await runCliHere(args, { cwd: project.folder })).stdout;
  const shown = await cli('runs', 'show', flowRun.id);
  expect(shown).toContain(`count  ${COUNT - 1} of ${COUNT} done, 1 failed`);
  expect(shown.split('\n').length).toBeLessThan(40);
  const json = JSON.parse(await cli('runs', 'show', flowRun.id, '--json')) as Record<string, unknown>;
  expect(json).toMatchObject({ taskRunCounts: { Completed: COUNT - 1, Failed: 1 } });
  const lines = (await cli('runs', 'logs', flowRun.id)).trim().split('\n');
  expect(lines).toHaveLength(COUNT / 10);
  const line = lines.find((each) => each.endsWith('count-21: counted 20'));
  expect(line).toBeDefined();
  expect((await cli('runs', 'logs', flowRun.id, '--tail', '2')).trim().split('\n')).toEqual(lines.slice(-2));
  expect((await cli('runs', 'logs', flowRun.id, '--task', 'count-21')).trim()).toBe(line);
});
