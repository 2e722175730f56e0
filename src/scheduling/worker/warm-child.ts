import type { ChildProcess } from 'node:child_process';
import type { ClaimedRun } from '../../registry/claim-queued-run.ts';
import { childReportSchema, type ChildOrder, type RunOrder } from './child-messages.ts';

/** How a child left. */
export type ChildExit = {
  /** The state in which its run ended, when it said so. */
  readonly ended?: string;
  /** `was killed by SIGKILL`, `ended with exit code 1`. */
  readonly how: string;
  readonly pid?: number | undefined;
};

/**
 * A process that has loaded what every flow run needs and waits for the one run that it will execute; it leads a process group
 * of its own, which dies with it.
 */
export class WarmChild {
  readonly process: ChildProcess;
  /** True once it has loaded; false when it left before. */
  readonly ready: Promise<boolean>;
  readonly exited: Promise<ChildExit>;
  #run: ClaimedRun | undefined;
  #isReady = false;
  #isGone = false;
  #ended: string | undefined;

  constructor(child: ChildProcess) {
    this.process = child;
    this.exited = new Promise((resolve) => {
      const leave = (how: string): void => {
        this.#isGone = true;
        resolve({ how, pid: child.pid, ...(this.#ended === undefined ? {} : { ended: this.#ended }) });
      };
      child.once('error', (error) => {
        if (child.pid === undefined) leave(`could not be started: ${error.message}`);
      });
      child.once('exit', (code, signal) => {
        // What it started, and did not wait for, would be nobody's from here on.
        this.kill();
        leave(signal === null ? `ended with exit code ${code}` : `was killed by ${signal}`);
      });
    });
    const told = new Promise<boolean>((resolve) => {
      child.on('message', (raw: unknown) => {
        const report = childReportSchema.parse(raw);
        if (report.type === 'ended') this.#ended = report.state;
        else resolve((this.#isReady = true));
      });
    });
    this.ready = Promise.race([told, this.exited.then(() => false)]);
  }

  /** The run that it was given. */
  get run(): ClaimedRun | undefined {
    return this.#run;
  }

  /** Whether it can be given a run. */
  get isFree(): boolean {
    return this.#isReady && this.#run === undefined && !this.#isGone;
  }

  /** Gives it its run. */
  execute(run: RunOrder): void {
    this.#run = run;
    this.order({ type: 'run', ...run });
  }

  /** Tells it what to do; it does one thing and leaves. */
  order(order: ChildOrder): void {
    // A child that died meanwhile cannot be written to; that it is gone says as much.
    this.process.send(order, () => undefined);
  }

  /** Ends it and everything it started in its group, at once. */
  kill(): void {
    const { pid } = this.process;
    if (pid === undefined) return;
    try {
      process.kill(-pid, 'SIGKILL');
    } catch {
      // The group is gone.
    }
  }
}
