import { expect, test } from '@jest/globals';
import { z } from 'zod';
import { CrashedError } from '../../../src/core/errors.ts';
import { flow } from '../../../src/engine/flow.ts';
import { runFlow } from '../../../src/engine/run-flow.ts';
import { task } from '../../../src/engine/task.ts';
import { getFlowRun } from '../../../src/registry/flow-runs.ts';
import { listStateHistory } from '../../../src/registry/state-history.ts';
import { listTaskRuns } from '../../../src/registry/task-runs.ts';
import { withEngine, type TestEngine } from '../../helpers/engine.ts';
import { ManualClock } from '../../helpers/manual-clock.ts';

const none = z.object({});

function failingTimes(times: number): () => string {
  let calls = 0;
  return () => {
    calls += 1;
    if (calls <= times) throw new Error(`try ${calls}`);
    return `after ${calls}`;
  };
}

async function historyOf(engine: TestEngine, id: Parameters<typeof listStateHistory>[1]): Promise<string[]> {
  const history = await listStateHistory(engine.runtime.registry.db, id);
  return history.map(({ attempt, state }) => `${attempt} ${state.kind}`);
}

test(
  'a failed attempt is recorded, and repeated until it succeeds',
  withEngine(async (engine) => {
    const flaky = task({ name: 'flaky', retries: { limit: 3, delay: [1, 2] } }, failingTimes(2));
    const { flowRun, result } = await runFlow(
      flow({ name: 'try', parameters: none }, () => flaky()),
      {},
      engine.runtime,
    );
    expect(result).toBe('after 3');
    const [run] = await listTaskRuns(engine.runtime.registry.db, flowRun.id);
    expect(await historyOf(engine, run!.id)).toEqual([
      '1 Pending',
      '1 Running',
      '1 Failed',
      '2 Scheduled',
      '2 Pending',
      '2 Running',
      '2 Failed',
      '3 Scheduled',
      '3 Pending',
      '3 Running',
      '3 Completed',
    ]);
  }),
);

test(
  'after its last retry a task has failed, and a condition may refuse the first',
  withEngine(async ({ runtime, taskStates }) => {
    const stubborn = task({ name: 'stubborn', retries: { limit: 1 } }, failingTimes(5));
    const hopeless = task({ name: 'hopeless', retries: { limit: 5, when: () => false } }, failingTimes(5));
    const both = flow({ name: 'try', parameters: none }, async () => {
      await stubborn().catch(() => null);
      await hopeless();
    });
    const { flowRun, error } = await runFlow(both, {}, runtime);
    expect(error?.message).toBe('try 1');
    expect(await taskStates(flowRun.id)).toEqual(['stubborn Failed 2', 'hopeless Failed 1']);
  }),
);

const clock = new ManualClock();
test(
  'a waiting retry is Scheduled with the time of its next attempt, and Running only then',
  withEngine(
    async (engine) => {
      const slow = task({ name: 'slow', retries: { limit: 1, delay: 60_000 } }, failingTimes(1));
      const running = runFlow(
        flow({ name: 'try', parameters: none }, () => slow()),
        {},
        engine.runtime,
      );
      const scheduled = await untilEvent(engine, 'Scheduled');
      expect(scheduled).toMatchObject({ retryAt: clock.now() + 60_000, scheduledFor: clock.now() + 60_000 });
      clock.advance(59_000);
      const row = await engine.runtime.registry.db.selectFrom('task_runs').selectAll().executeTakeFirstOrThrow();
      expect(row.state_kind).toBe('Scheduled');
      clock.advance(1_000);
      expect((await running).result).toBe('after 2');
    },
    { clock },
  ),
);

test(
  'an attempt that takes too long is TimedOut and counts for retries',
  withEngine(async ({ runtime, taskStates, ...engine }) => {
    const reasons: unknown[] = [];
    let tries = 0;
    const slow = task({ name: 'slow', timeoutMs: 30, retries: { limit: 1 } }, (_: undefined, { signal }) => {
      tries += 1;
      if (tries === 2) return 'in time';
      return new Promise<string>((_resolve, reject) => {
        signal.addEventListener('abort', () => {
          reasons.push(signal.reason);
          reject(signal.reason as Error);
        });
      });
    });
    const { flowRun, result } = await runFlow(
      flow({ name: 'try', parameters: none }, () => slow(undefined)),
      {},
      runtime,
    );
    expect(result).toBe('in time');
    expect(reasons).toEqual([expect.objectContaining({ code: 'TIMEOUT', timeoutMs: 30 })]);
    const [run] = await listTaskRuns(runtime.registry.db, flowRun.id);
    expect(await historyOf({ runtime, taskStates, ...engine }, run!.id)).toContain('1 TimedOut');
  }),
);

test(
  'a body that does not listen to its signal is left behind, and what it calls later is refused',
  withEngine(async ({ runtime, taskStates }) => {
    const inner = task({ name: 'inner' }, () => 1);
    let late: Promise<unknown> | undefined;
    const deaf = task({ name: 'deaf', timeoutMs: 20 }, async () => {
      await new Promise((resolve) => setTimeout(resolve, 1_500));
      late = inner();
      return late as Promise<number>;
    });
    const { flowRun, error } = await runFlow(
      flow({ name: 'try', parameters: none }, () => deaf()),
      {},
      runtime,
    );
    expect(error).toMatchObject({
      code: 'TIMEOUT',
      message: expect.stringContaining('Task "deaf" did not finish within 20 ms'),
    });
    await new Promise((resolve) => setTimeout(resolve, 700));
    await expect(late).rejects.toMatchObject({ code: 'TIMEOUT' });
    expect(await taskStates(flowRun.id)).toEqual(['deaf TimedOut 1']);
  }),
);

test(
  'a flow that takes too long is TimedOut and what it runs is cancelled',
  withEngine(async ({ runtime, taskStates }) => {
    const wait = task({ name: 'wait' }, (_: undefined, { signal }) => sleepUntilAborted(signal));
    const slow = flow({ name: 'slow', parameters: none, timeoutMs: 50 }, () => wait(undefined));
    const { flowRun, error } = await runFlow(slow, {}, runtime);
    expect(flowRun.state).toMatchObject({ kind: 'TimedOut', timeoutMs: 50 });
    expect(error?.code).toBe('TIMEOUT');
    expect(await taskStates(flowRun.id)).toEqual(['wait Cancelled 1']);
  }),
);

test(
  'retry/resume: a flow that is retried runs again as the next attempt and repeats no finished task',
  withEngine(async (engine) => {
    let executed = 0;
    const once = task({ name: 'once' }, () => (executed += 1));
    const fail = failingTimes(1);
    const again = flow({ name: 'again', parameters: none, retries: { limit: 2, delay: 5 } }, async () => [
      await once(),
      fail(),
    ]);
    const { flowRun, result } = await runFlow(again, {}, engine.runtime);
    expect(result).toEqual([1, 'after 2']);
    expect(flowRun.attempt).toBe(2);
    expect(executed).toBe(1);
    expect(await historyOf(engine, flowRun.id)).toEqual([
      '1 Pending',
      '1 Running',
      '1 Failed',
      '2 Scheduled',
      '2 Pending',
      '2 Running',
      '2 Completed',
    ]);
    expect(engine.events).toContainEqual(expect.objectContaining({ type: 'task-run', task: 'once', reused: true }));
  }),
);

test(
  'a task whose child was killed is Crashed, and so is a flow that lets the error pass',
  withEngine(async ({ runtime, taskStates }) => {
    const train = task({ name: 'train' }, (): null => {
      throw new CrashedError('the child was killed by SIGKILL');
    });
    let told = '';
    const hooks = { onCrash: ({ state }: { state: { kind: string } }) => void (told = state.kind) };
    const { flowRun } = await runFlow(
      flow({ name: 'crash', parameters: none, hooks }, () => train()),
      {},
      runtime,
    );
    expect(await taskStates(flowRun.id)).toEqual(['train Crashed 1']);
    expect(await getFlowRun(runtime.registry.db, flowRun.id)).toMatchObject({
      state: { kind: 'Crashed', reason: 'the child was killed by SIGKILL' },
    });
    expect(told).toBe('Crashed');
  }),
);

function sleepUntilAborted(signal: AbortSignal): Promise<never> {
  return new Promise((_resolve, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason as Error));
  });
}

async function untilEvent({ events }: TestEngine, kind: string): Promise<unknown> {
  for (;;) {
    const event = events.find((candidate) => 'state' in candidate && candidate.state.kind === kind);
    if (event !== undefined && 'state' in event) return event.state;
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
