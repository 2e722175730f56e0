import { expect, test } from '@jest/globals';
import { z } from 'zod';
import { UsageError } from '../../../src/core/errors.ts';
import { flow } from '../../../src/engine/flow.ts';
import { runFlow } from '../../../src/engine/run-flow.ts';
import { skip } from '../../../src/engine/skip.ts';
import { task } from '../../../src/engine/task.ts';
import { getFlowRun } from '../../../src/registry/flow-runs.ts';
import { listLogs } from '../../../src/registry/logs.ts';
import { listStateHistory } from '../../../src/registry/state-history.ts';
import { listTaskRuns } from '../../../src/registry/task-runs.ts';
import { withEngine } from '../../helpers/engine.ts';

const none = z.object({});
const double = task({ name: 'double' }, ({ x }: { x: number }) => ({ x: 2 * x }));

test(
  'a flow with its tasks is recorded from Pending to Completed',
  withEngine(async ({ runtime, taskStates, events }) => {
    const add = flow(
      { name: 'add', parameters: z.object({ x: z.number(), times: z.number().default(2) }) },
      async ({ x, times }) => {
        let value = { x };
        for (let round = 0; round < times; round += 1) value = await double(value);
        return value;
      },
    );
    const { flowRun, result, error } = await runFlow(add, { x: '5' }, runtime, {
      tags: ['nightly'],
      runName: 'add {x}',
    });

    expect({ result, error }).toEqual({ result: { x: 20 }, error: undefined });
    expect(flowRun).toMatchObject({ flow: 'add', name: 'add 5', attempt: 1, state: { kind: 'Completed' } });
    expect(await getFlowRun(runtime.registry.db, flowRun.id)).toMatchObject({
      parameters: { x: 5, times: 2 },
      tags: ['nightly'],
      result: { x: 20 },
    });
    expect(await taskStates(flowRun.id)).toEqual(['double Completed 1', 'double-2 Completed 1']);
    const [first] = await listTaskRuns(runtime.registry.db, flowRun.id);
    const history = await listStateHistory(runtime.registry.db, first!.id);
    expect(history.map(({ state }) => state.kind)).toEqual(['Pending', 'Running', 'Completed']);
    expect(
      events.filter(({ type }) => type === 'flow-run').map((event) => 'state' in event && event.state.kind),
    ).toEqual(['Pending', 'Running', 'Completed']);
  }),
);

test(
  'parameters that do not fit end the run Failed without Running',
  withEngine(async ({ runtime }) => {
    const train = flow({ name: 'train', parameters: z.object({ epochs: z.number() }) }, () => Promise.resolve('never'));
    const { flowRun, error } = await runFlow(train, { epoch: 5 }, runtime);
    expect(flowRun).toMatchObject({ state: { kind: 'Failed' }, startedAt: null });
    expect(error).toMatchObject({
      code: 'PARAMETER',
      details: {
        problems: ['unknown parameter "epoch". Did you mean "epochs"?', 'epochs is missing: expected number.'],
      },
    });
    const history = await listStateHistory(runtime.registry.db, flowRun.id);
    expect(history.map(({ state }) => state.kind)).toEqual(['Pending', 'Failed']);
  }),
);

test(
  'a flow fails when its body throws, and goes on when it catches',
  withEngine(async ({ runtime, taskStates }) => {
    const explode = task({ name: 'explode' }, (): null => {
      throw new TypeError('boom');
    });
    const careless = flow({ name: 'careless', parameters: none }, () => explode());
    const failed = await runFlow(careless, {}, runtime);
    expect(failed.flowRun.state.kind).toBe('Failed');
    expect(failed.error).toMatchObject({ name: 'TypeError', message: 'boom' });
    expect(await taskStates(failed.flowRun.id)).toEqual(['explode Failed 1']);

    const careful = flow({ name: 'careful', parameters: none }, () =>
      explode().catch((error: unknown) => String(error)),
    );
    expect(await runFlow(careful, {}, runtime)).toMatchObject({ result: 'TypeError: boom' });
  }),
);

test(
  'nothing, and skipping, are recorded and give null',
  withEngine(async ({ runtime, taskStates }) => {
    const nothing = task({ name: 'nothing' }, () => undefined);
    const lazy = task({ name: 'lazy' }, ({ now }: { now: boolean }) => (now ? 'done' : skip('not today')));
    const both = flow({ name: 'both', parameters: none }, async () => [await nothing(), await lazy({ now: false })]);
    const { flowRun, result } = await runFlow(both, {}, runtime);
    expect(result).toEqual([null, null]);
    expect(await taskStates(flowRun.id)).toEqual(['nothing Completed 1', 'lazy Skipped 1']);

    const idle = flow({ name: 'idle', parameters: none }, () => skip('nothing new'));
    expect((await runFlow(idle, {}, runtime)).flowRun.state).toMatchObject({ kind: 'Skipped', reason: 'nothing new' });
  }),
);

test(
  'what is not JSON is refused with its path, going in and coming out',
  withEngine(async ({ runtime }) => {
    const invalid = task({ name: 'invalid' }, () => ({ loss: [Number.NaN] }));
    const out = flow({ name: 'out', parameters: none }, () => invalid());
    expect((await runFlow(out, {}, runtime)).error?.message).toContain('result of Task "invalid".loss[0] is not JSON');
    const into = flow({ name: 'into', parameters: none }, () => double({ x: Number.POSITIVE_INFINITY }));
    expect((await runFlow(into, {}, runtime)).error?.message).toContain('input of task "double".x is not JSON');
  }),
);

test(
  'a large result goes to storage and comes back whole',
  withEngine(async ({ runtime, folder }) => {
    const long = 'x'.repeat(300 * 1024);
    const large = task({ name: 'large' }, () => ({ long }));
    const measure = flow({ name: 'measure', parameters: none }, async () => (await large()).long.length);
    expect((await runFlow(measure, {}, runtime)).result).toBe(long.length);
    const row = await runtime.registry.db.selectFrom('results').selectAll().executeTakeFirstOrThrow();
    expect(row).toMatchObject({ value_json: null, bytes: long.length + 11 });
    expect(folder).not.toBe('');
  }),
);

test('outside of a run a task and a flow say what to do', () => {
  const build = flow({ name: 'build', parameters: none }, () => null);
  expect(() => double({ x: 1 })).toThrow(UsageError);
  expect(() => double({ x: 1 })).toThrow('double.body');
  expect(() => build({})).toThrow('mlflow-ts run FILE.ts:NAME');
  expect(double.body({ x: 4 }, undefined as never)).toEqual({ x: 8 });
});

test(
  'logs, progress and artifacts belong to their task run',
  withEngine(async ({ runtime, events }) => {
    const report = task({ name: 'report' }, async (_: undefined, { log, progress, artifacts }) => {
      log.info('half way', { share: 0.5, odd: Number.NaN });
      progress({ done: 1, total: 2, unit: 'images' });
      await artifacts.markdown('summary', '# Done');
      await artifacts.table('classes', [{ name: 'a', count: 1 }]);
      await artifacts.link('page', 'https://example.org');
      await artifacts.image('dot', new Uint8Array([1, 2, 3]), 'image/png');
      return null;
    });
    const show = flow({ name: 'show', parameters: none }, async (_, { log }) => {
      log.warn('from the flow');
      return report(undefined);
    });
    const { flowRun, error } = await runFlow(show, {}, runtime);
    expect(error).toBeUndefined();
    const [taskRun] = await listTaskRuns(runtime.registry.db, flowRun.id);
    const logs = await listLogs(runtime.registry.db, { flowRunId: flowRun.id });
    expect(logs.map(({ taskRunId, message }) => [taskRunId, message])).toEqual([
      [null, 'from the flow'],
      [taskRun!.id, 'half way'],
    ]);
    const artifacts = await runtime.registry.db.selectFrom('artifacts').selectAll().execute();
    expect(artifacts.map(({ key, kind, task_run_id: id }) => [key, kind, id])).toEqual([
      ['summary', 'markdown', taskRun!.id],
      ['classes', 'table', taskRun!.id],
      ['page', 'link', taskRun!.id],
      ['dot', 'image', taskRun!.id],
    ]);
    expect(events.find(({ type }) => type === 'progress')).toMatchObject({ progress: { done: 1, total: 2 } });
    expect(events.filter(({ type }) => type === 'artifact')).toHaveLength(4);
  }),
);

test(
  'an observer that throws does not stop the run',
  withEngine(async ({ runtime }) => {
    const observer = (): never => {
      throw new Error('cannot draw');
    };
    const run = flow({ name: 'run', parameters: none }, () => double({ x: 1 }));
    expect((await runFlow(run, {}, { ...runtime, observer })).result).toEqual({ x: 2 });
  }),
);

test(
  'hooks: they are told the recorded state and cannot change it',
  withEngine(async ({ runtime }) => {
    const told: string[] = [];
    const hooks = {
      onCompletion: ({ state }: { state: { kind: string } }) => {
        told.push(state.kind);
        throw new Error('hook trouble');
      },
      onFailure: ({ state }: { state: { kind: string } }) => void told.push(state.kind),
    };
    const good = task({ name: 'good', hooks }, () => 1);
    const bad = task({ name: 'bad', hooks }, (): null => {
      throw new Error('no');
    });
    const both = flow({ name: 'hooked', parameters: none, hooks }, async () => {
      await good();
      await bad().catch(() => null);
      return 'fine';
    });
    const { flowRun } = await runFlow(both, {}, runtime);
    expect(flowRun.state.kind).toBe('Completed');
    expect(told).toEqual(['Completed', 'Failed', 'Completed']);
    const logs = await listLogs(runtime.registry.db, { flowRunId: flowRun.id, minLevel: 'error' });
    expect(logs.map(({ message }) => message)).toEqual(
      Array(2).fill('The hook onCompletion failed; the recorded state stays Completed: hook trouble'),
    );
  }),
);
