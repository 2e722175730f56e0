import { ParameterError } from '../../core/errors.ts';
import { newFlowRunId, shortId, type FlowRunId } from '../../core/ids.ts';
import { advanceSchedule, listDueSchedules, type DueSchedule } from '../../registry/due-schedules.ts';
import { cancelQueuedRun, openRunsOf } from '../../registry/open-runs-of.ts';
import { insertQueuedRun } from '../../registry/queued-runs.ts';
import { withTransaction, type RegistryDb } from '../../registry/registry-db.ts';
import { dueTimes } from '../schedules/due-times.ts';
import type { Calculators } from './calculators.ts';

export type TickOptions = {
  /** Milliseconds UTC. */
  readonly now: number;
  /** Recorded with the runs that are made. */
  readonly codeVersion: string;
};

/** A run that was made because its time came. */
export type MadeRun = {
  readonly id: FlowRunId;
  readonly name: string;
  readonly deployment: string;
  readonly schedule: string;
  /** Milliseconds UTC. */
  readonly scheduledFor: number;
  /** Why it was skipped; absent: it was not. */
  readonly skippedBecause?: string;
};

/** What a look at the schedules came to; a schedule with a problem is not due any more. */
export type Tick = { readonly made: readonly MadeRun[]; readonly problems: readonly string[] };

/**
 * Makes the runs whose time has come. Any number of schedulers may do so at once: a time and the step of its schedule past it are
 * written together, and whoever comes second finds it done.
 */
export async function tick(db: RegistryDb, calculators: Calculators, options: TickOptions): Promise<Tick> {
  const made: MadeRun[] = [];
  const problems: string[] = [];
  for (;;) {
    const due = await listDueSchedules(db, { now: options.now, limit: BATCH });
    if (due.length === 0) return { made, problems };
    // Calculated before the transaction: within it every other writer waits.
    const steps = await Promise.all(due.map((each) => stepOf(each, calculators, options.now)));
    problems.push(...steps.flatMap(({ problem }) => problem ?? []));
    made.push(...(await withTransaction(db, (transaction) => takeSteps(transaction, steps, options))));
    if (due.length < BATCH) return { made, problems };
  }
}

/** Other writers wait while so many are made. */
const BATCH = 200;

type Step = DueSchedule & { readonly due: readonly number[]; readonly next: number | null; readonly problem?: string };

async function stepOf(found: DueSchedule, calculators: Calculators, now: number): Promise<Step> {
  const { schedule, deployment } = found;
  const { catchUp, maxLatenessMs } = deployment.spec;
  try {
    const calculator = await calculators.of(schedule);
    const { due, next } = dueTimes(calculator, { from: schedule.nextRunAt, now, catchUp, maxLatenessMs });
    return { ...found, due, next: next ?? null };
  } catch (error) {
    if (!(error instanceof ParameterError)) throw error;
    const problem = `Schedule ${schedule.name} of ${deployment.name} is given up: ${error.message}`;
    return { ...found, due: [], next: null, problem };
  }
}

async function takeSteps(db: RegistryDb, steps: readonly Step[], options: TickOptions): Promise<MadeRun[]> {
  const made: MadeRun[] = [];
  for (const step of steps) {
    const { schedule, due, next } = step;
    if (!(await advanceSchedule(db, { id: schedule.id, from: schedule.nextRunAt, to: next }))) continue;
    for (const time of due) {
      const run = await makeRun(db, step, time, options);
      if (run !== undefined) made.push(run);
    }
  }
  return made;
}

async function makeRun(
  db: RegistryDb,
  { schedule, deployment }: Step,
  scheduledFor: number,
  { now, codeVersion }: TickOptions,
): Promise<MadeRun | undefined> {
  const { spec, flowName, entrypoint, pool } = deployment;
  const skipped = await makeRoom(db, { schedule, deployment }, now);
  const id = newFlowRunId();
  const name = `${deployment.name}-${shortId(id)}`;
  const isNew = await insertQueuedRun(db, {
    ...{ id, name, flowName, pool, scheduledFor, codeVersion, createdAt: now, ...skipped },
    ...(entrypoint === null ? {} : { entrypoint }),
    parameters: { ...spec.parameters, ...schedule.parameters },
    ...{ tags: spec.tags, priority: spec.priority, limits: spec.limits, crashRetries: spec.crashRetries },
    ...{ deploymentId: deployment.id, scheduleId: schedule.id },
  });
  if (!isNew) return undefined;
  return { id, name, deployment: deployment.name, schedule: schedule.name, scheduledFor, ...skipped };
}

/** What the deployment wants when a run of it is still open. */
async function makeRoom(
  db: RegistryDb,
  { deployment }: Pick<DueSchedule, 'schedule' | 'deployment'>,
  now: number,
): Promise<{ readonly skippedBecause?: string }> {
  const { overlap } = deployment.spec;
  if (overlap === 'queue') return {};
  const open = await openRunsOf(db, deployment.id);
  const [first] = open;
  if (first === undefined) return {};
  if (overlap === 'skip') {
    return { skippedBecause: `run ${shortId(first)} of deployment ${deployment.name} was still open (overlap: skip)` };
  }
  const reason = `the next run of deployment ${deployment.name} was due (overlap: cancel-running)`;
  for (const id of open) await cancelQueuedRun(db, id, { at: now, reason });
  return {};
}
