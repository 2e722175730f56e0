/**
 * Tasks, retries and map.
 *
 *   mlflow-ts run examples/01-hello-flow.ts
 *   mlflow-ts run examples/01-hello-flow.ts -p 'names=["Ada", "Grace"]' -p failures=2
 *   mlflow-ts runs ls
 */
import { exponentialBackoff, flow, task } from 'mlflow-ts';
import { z } from 'zod';

/** A task is one recorded step: its input, result, tries and log lines are in the registry. */
const greet = task(
  {
    name: 'greet',
    retries: { limit: 3, delay: exponentialBackoff({ firstMs: 50, factor: 2 }) },
    runName: 'greet {name}',
  },
  ({ name, failures }: { name: string; failures: number }, { log, run }) => {
    // `run.attempt` counts the tries of this task run; a real task would fail for its own reasons.
    if (run.attempt <= failures) throw new Error(`${name} did not hear it`);
    log.info('Greeting', { name });
    return { text: `Hello, ${name}`, tries: run.attempt };
  },
);

/** names ──▶ greet each, three at once ──▶ greetings */
export const hello = flow(
  {
    name: 'hello',
    description: 'Greets people, again when they did not hear it',
    parameters: z.strictObject({
      names: z.array(z.string()).default(['Ada', 'Grace', 'Edsger']).describe('Who is greeted'),
      failures: z.int().min(0).default(0).describe('How often each greeting fails first'),
    }),
  },
  async ({ names, failures }) => {
    const greetings = await greet.map(
      names.map((name) => ({ name, failures })),
      { concurrency: 3 },
    );
    return { greetings: greetings.map(({ text }) => text), tries: greetings.map(({ tries }) => tries) };
  },
);
