import { z } from 'zod';
import type { FlowRunId } from '../../../src/core/ids.ts';
import { flow } from '../../../src/engine/flow.ts';
import type { FlowRunOutcome } from '../../../src/engine/run-runtime.ts';
import { task } from '../../../src/engine/task.ts';
import type { TestEngine } from '../../helpers/engine.ts';
import type { ManualClock } from '../../helpers/manual-clock.ts';

// A real flow run of three steps whose bodies stand still until they are moved. A crash gives the run to a process that does
// not exist, and what ran goes on as a ghost.

export const STEPS = 3;

type Body = { readonly step: number; readonly life: Life; end(how: 'done' | 'failed'): void };
type Life = { ended: boolean; ghost: boolean; failure?: unknown; readonly over: Promise<unknown> };

/** The run, in as many attempts as it is given. */
export class StandingRun {
  readonly engine: TestEngine;
  readonly clock: ManualClock;
  readonly executed: number[] = Array.from({ length: STEPS + 1 }, () => 0);
  id: FlowRunId | undefined;
  life: Life | undefined;
  readonly ghosts: Life[] = [];
  readonly bodies: Body[] = [];

  readonly #step = task({ name: 'step' }, ({ step }: { step: number }, { signal }) => this.#stand(step, signal));
  readonly flow = flow({ name: 'steps', parameters: z.object({}) }, async () => {
    for (let step = 1; step <= STEPS; step += 1) await this.#step({ step });
    return 'all done';
  });

  constructor(engine: TestEngine, clock: ManualClock) {
    this.engine = engine;
    this.clock = clock;
  }

  get db() {
    return this.engine.runtime.registry.db;
  }

  /** Starts an attempt and waits until it stands in a step or has ended. */
  async begin(start: () => Promise<FlowRunOutcome>): Promise<void> {
    const life: Life = { ended: false, ghost: false, over: Promise.resolve() };
    this.life = life;
    const over = start().then(
      () => (life.ended = true),
      (failure: unknown) => Object.assign(life, { ended: true, failure }),
    );
    Object.assign(life, { over });
    await this.settled();
  }

  async settled(life = this.life): Promise<void> {
    await soon(() => life === undefined || life.ended || this.standing(life) !== undefined);
  }

  standing(life: Life | undefined): Body | undefined {
    return this.bodies.find((body) => body.life === life);
  }

  /** Lets the body in which an attempt stands end. */
  async move(life: Life | undefined, how: 'done' | 'failed'): Promise<void> {
    const body = this.standing(life)!;
    this.bodies.splice(this.bodies.indexOf(body), 1);
    if (how === 'done' && life?.ghost === false) this.executed[body.step]! += 1;
    body.end(how);
    await this.settled(life);
  }

  #stand(step: number, signal: AbortSignal): Promise<number> {
    const life = this.life!;
    return new Promise((resolve, reject) => {
      const forget = (): void => void this.bodies.splice(this.bodies.indexOf(body), 1);
      const body: Body = {
        step,
        life,
        end: (how) => (how === 'done' ? resolve(step) : reject(new Error('this step failed'))),
      };
      this.bodies.push(body);
      signal.addEventListener('abort', () => {
        // A ghost is frozen: it hears nothing until it is moved.
        if (life.ghost) return;
        forget();
        reject(signal.reason as Error);
      });
    });
  }

  /** Ends all that is still under way. */
  async bury(): Promise<void> {
    while (this.bodies.length > 0) this.bodies.pop()!.end('failed');
    for (const life of [this.life, ...this.ghosts]) await life?.over;
  }
}

/** Waits for what takes some turns of the event loop. */
export async function soon(condition: () => boolean | Promise<boolean>): Promise<void> {
  const deadline = performance.now() + 10_000;
  while (!(await condition())) {
    if (performance.now() > deadline) throw new Error('The run does not get where it should.');
    await new Promise((resolve) => setImmediate(resolve));
  }
}
