import type { SeededRandom } from '../../src/core/seeded-random.ts';
import type { Started } from '../e2e/run-cli.ts';
import { openJob, underWay } from './inspect-job.ts';
import { markedProcesses } from './marked-processes.ts';

export type Kill = {
  readonly target: 'flow' | 'child';
  readonly afterMs: number;
  /** The tasks that were under way. */
  readonly during: string;
};

/** About how long the command line takes before it does anything. */
const START_MS = 450;
const CHILD_SHARE = 0.35;
/** Later kills would often come too late. */
const HASTE = 0.9;

/**
 * Kills a started process, or one of its children, at a moment drawn from the seed within the `workMs` that it probably has
 * to do; undefined when it ended before.
 */
export async function strike(
  { child }: Started,
  job: { readonly random: SeededRandom; readonly mark: string; readonly folder: string; readonly workMs: number },
): Promise<Kill | undefined> {
  const { random, mark, folder } = job;
  const afterMs = Math.round(random.uniform(START_MS / 2, START_MS + Math.max(0, job.workMs * HASTE - START_MS)));
  const wantsChild = random.next() < CHILD_SHARE;
  const draw = random.next();
  await new Promise((resolve) => setTimeout(resolve, afterMs));
  if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return undefined;
  const children = wantsChild ? markedProcesses(mark).filter(({ pid }) => pid !== child.pid) : [];
  const chosen = children[Math.floor(draw * children.length)];
  try {
    process.kill(chosen?.pid ?? child.pid, 'SIGKILL');
  } catch {
    return undefined;
  }
  return { target: chosen === undefined ? 'flow' : 'child', afterMs, during: await underWayIn(folder) };
}

async function underWayIn(folder: string): Promise<string> {
  const services = await openJob(folder);
  try {
    return await underWay(services);
  } finally {
    await services.registry.close();
  }
}
