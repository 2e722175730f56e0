import { expect, test } from '@jest/globals';
import { z } from 'zod';
import { DataError } from '../../../src/core/errors.ts';
import { flow } from '../../../src/engine/flow.ts';
import { retryFlowRun } from '../../../src/engine/retry-flow-run.ts';
import type { RunCompanion } from '../../../src/engine/run-companion.ts';
import { runFlow } from '../../../src/engine/run-flow.ts';
import { currentRunFor } from '../../../src/engine/run-scope.ts';
import { task } from '../../../src/engine/task.ts';
import { beginFlowAttempt } from '../../../src/registry/flow-run-states.ts';
import { listTrainingRuns } from '../../../src/registry/training-runs.ts';
import { logMetric } from '../../../src/app/tracking/tracking.ts';
import { withEngine } from '../../helpers/engine.ts';

const none = z.object({});

test(
  'what accompanies a flow run is made once, flushed before the end of each body, and told how the run ended',
  withEngine(async ({ runtime, events }) => {
    const told: string[] = [];
    const companion: RunCompanion = {
      flush: async () => {
        await Promise.resolve();
        const ended = events.filter((event) => event.type === 'task-run' && event.state.kind === 'Completed');
        told.push(`flushed after ${ended.length}`);
      },
      ended: (state) => Promise.resolve(void told.push(state.kind)),
    };
    let made = 0;
    const use = (): void => void currentRunFor('use').companion('test', () => (made++, companion));
    const step = task({ name: 'step' }, use);
    const steps = flow({ name: 'steps', parameters: none }, async () => {
      await step();
      await step();
    });
    const { flowRun } = await runFlow(steps, {}, runtime);
    expect(flowRun.state.kind).toBe('Completed');
    expect(made).toBe(1);
    expect(told).toEqual(['flushed after 0', 'flushed after 1', 'flushed after 2', 'Completed']);
  }),
);

test(
  'a task whose log cannot be written fails, and its retry executes it again',
  withEngine(async ({ runtime, taskStates }) => {
    let isFull = true;
    const companion: RunCompanion = {
      flush: () => (isFull ? Promise.reject(new DataError('the disk is full')) : Promise.resolve()),
      ended: () => Promise.resolve(),
    };
    const log = task({ name: 'log' }, () => void currentRunFor('log').companion('test', () => companion));
    const logs = flow({ name: 'logs', parameters: none }, () => log());
    const { flowRun, error } = await runFlow(logs, {}, runtime);
    expect([flowRun.state.kind, error?.message]).toEqual(['Failed', 'the disk is full']);
    isFull = false;
    await retryFlowRun(logs, flowRun.id, runtime);
    expect(await taskStates(flowRun.id)).toEqual(['log Completed 2']);
  }),
);

test(
  'a process that has lost its run logs nothing more',
  withEngine(async ({ runtime }) => {
    const { db } = runtime.registry;
    const lose = task({ name: 'lose' }, async () => {
      logMetric('before', 1);
      const { flowRunId: id } = currentRunFor('lose').run;
      await new Promise((resolve) => setTimeout(resolve, 150));
      await db.updateTable('flow_runs').set({ state_kind: 'Crashed' }).where('id', '=', id).execute();
      const owner = { host: 'other', bootId: 'b', pid: 1, processStart: 's' };
      await beginFlowAttempt(db, { id, expectedAttempt: 1, owner, state: { kind: 'Pending', at: 1 } });
      logMetric('after', 2);
    });
    const lost = flow({ name: 'lost', parameters: none }, () => lose());
    await expect(runFlow(lost, {}, runtime)).rejects.toThrow('is no longer at attempt');
    const [trainingRun] = await listTrainingRuns(db, {});
    const metrics = await db
      .selectFrom('metrics')
      .select('key')
      .where('training_run_id', '=', trainingRun!.id)
      .execute();
    expect(metrics).toEqual([{ key: 'before' }]);
    expect(trainingRun?.status).toBe('running');
  }),
);
