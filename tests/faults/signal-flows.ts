import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { z } from 'zod';
import { flow, task } from '../../src/app/flow-api.ts';

// A flow for each moment at which Ctrl-C may come. Each logs "here" when it is there and stays for a minute.

const MINUTE_MS = 60_000;

const wait = task({ name: 'wait' }, async (_input: { number: number }, { signal, services, log }) => {
  log.info('here');
  await services.clock.sleep(MINUTE_MS, signal);
});

const failing = task({ name: 'failing', retries: { limit: 1, delay: MINUTE_MS } }, (_input: undefined, { log }) => {
  log.info('here');
  throw new Error('it fails');
});

/** Asks nobody: neither its body nor its child hears of being cancelled before the time of grace is over. */
const deaf = task({ name: 'deaf' }, async (_input: undefined, { children, log }) => {
  const child = spawn('sh', ['-c', 'trap "" TERM; sleep 60 & wait; sleep 60'], { detached: true, stdio: 'ignore' });
  children.register(child, 'a program that does not listen');
  await new Promise((resolve) => setTimeout(resolve, 100));
  log.info('here');
  await once(child, 'exit');
});

const delegating = task({ name: 'delegating' }, async (_input: undefined, { signal, children, log }) => {
  const child = spawn('sh', ['-c', 'sleep 60 & wait'], { detached: true, stdio: 'ignore' });
  children.register(child, 'a program with a child of its own');
  signal.addEventListener('abort', () => child.kill());
  log.info('here');
  await once(child, 'exit');
  signal.throwIfAborted();
});

const none = z.strictObject({});
const inner = flow({ name: 'inner', parameters: none }, () => wait({ number: 1 }));

export const signalFlows = {
  'before-the-first-task': flow({ name: 'before-the-first-task', parameters: none }, async (_, context) => {
    context.log.info('here');
    await context.services.clock.sleep(MINUTE_MS, context.signal);
    await wait({ number: 1 });
  }),
  'in-a-task': flow({ name: 'in-a-task', parameters: none }, () => wait({ number: 1 })),
  'in-a-retry-wait': flow({ name: 'in-a-retry-wait', parameters: none }, () => failing(undefined)),
  'in-a-flow-retry-wait': flow(
    { name: 'in-a-flow-retry-wait', parameters: none, retries: { limit: 1, delay: MINUTE_MS } },
    (_, { log }) => {
      log.info('here');
      throw new Error('it fails');
    },
  ),
  'in-a-mapped-task': flow({ name: 'in-a-mapped-task', parameters: none }, async () => {
    await wait.map(
      [1, 2, 3, 4, 5].map((number) => ({ number })),
      { concurrency: 2 },
    );
  }),
  'in-a-subflow': flow({ name: 'in-a-subflow', parameters: none }, () => inner({})),
  'while-a-child-runs': flow({ name: 'while-a-child-runs', parameters: none }, () => delegating(undefined)),
  'while-a-deaf-child-runs': flow({ name: 'while-a-deaf-child-runs', parameters: none }, () => deaf(undefined)),
  'at-the-end': flow({ name: 'at-the-end', parameters: none }, async (_, { log, services }) => {
    log.info('here');
    await services.clock.sleep(500);
    return 'done';
  }),
};
