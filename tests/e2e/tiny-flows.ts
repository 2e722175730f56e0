import { z } from 'zod';
import { flow, task } from '../../src/app/flow-api.ts';
import { DataError, ParameterError } from '../../src/core/errors.ts';
import { skip } from '../../src/engine/skip.ts';

const greet = task({ name: 'greet', tags: ['polite', 'quick'] }, ({ name }: { name: string }, { log, progress }) => {
  log.info(`greeting ${name}`);
  progress({ done: 1, total: 1, unit: 'greetings' });
  return `hello ${name}`;
});

const fail = task({ name: 'fail' }, ({ kind }: { kind: string }) => {
  throw kind === 'parameter' ? new ParameterError('no such source') : new DataError('the images are broken');
});

const wait = task({ name: 'wait' }, async ({ ms }: { ms: number }, { signal, services }) => {
  await services.clock.sleep(ms, signal);
  return 'rested';
});

/** Does not react to being cancelled. */
const insist = task({ name: 'insist' }, async ({ ms }: { ms: number }, { services }) => {
  await services.clock.sleep(ms);
  return 'done';
});

const hello = flow(
  {
    name: 'hello',
    parameters: z.strictObject({
      name: z.string().default('you').describe('Who is greeted'),
      times: z.int().min(1).default(1),
      workers: z.int().default(1),
    }),
  },
  async ({ name, times }) => {
    const greetings = await greet.map(Array.from({ length: times }, () => ({ name })));
    return { greetings };
  },
);

const party = flow(
  { name: 'party', parameters: z.strictObject({ name: z.string().default('all') }) },
  async ({ name }) => {
    const { greetings } = await hello({ name, times: 2, workers: 1 });
    return { guests: greetings.length };
  },
);

const broken = flow(
  { name: 'broken', parameters: z.strictObject({ kind: z.string().default('data') }) },
  async ({ kind }) => {
    await greet({ name: 'first' });
    await fail({ kind });
    return null;
  },
);

const sleepy = flow({ name: 'sleepy', parameters: z.strictObject({ ms: z.int().default(60_000) }) }, async ({ ms }) => {
  await greet({ name: 'first' });
  return wait({ ms });
});

const stubborn = flow({ name: 'stubborn', parameters: z.strictObject({}) }, async () => insist({ ms: 60_000 }));

const idle = flow({ name: 'idle', parameters: z.strictObject({}) }, () => skip('nothing new'));

/** Flows that end in every way a run can, in no time. */
export const tinyCatalogue = {
  hello: { description: 'Greets', next: 'mlflow-ts run party', load: () => Promise.resolve(hello) },
  party: { description: 'Greets as a subflow', composedOf: ['hello'], load: () => Promise.resolve(party) },
  broken: { description: 'Fails after its first task', load: () => Promise.resolve(broken) },
  sleepy: { description: 'Waits', load: () => Promise.resolve(sleepy) },
  stubborn: { description: 'Does not listen', load: () => Promise.resolve(stubborn) },
  idle: { description: 'Skips', load: () => Promise.resolve(idle) },
};
