import { newDeploymentId, newScheduleId, type DeploymentId } from '../../core/ids.ts';
import { canonicalJson } from '../../core/json.ts';
import type { Schedule } from '../../core/schedule.ts';
import { toJson } from '../../core/to-json.ts';
import { setConcurrencyLimit } from '../../registry/concurrency-limits.ts';
import { deleteDeployment, saveDeployment } from '../../registry/deployments.ts';
import { withTransaction, type RegistryDb } from '../../registry/registry-db.ts';
import { deleteSchedule, saveSchedule, type ScheduleRow } from '../../registry/schedules.ts';
import { changeWorkPool, createWorkPool, DEFAULT_POOL } from '../../registry/work-pools.ts';
import { openSchedule } from '../../scheduling/schedules/open-schedule.ts';
import type { DeploymentChange } from './plan-deployments.ts';
import type { WantedDeployments, WantedSchedule } from './read-deployments.ts';

/** Makes the registry what the plan says, all of it or nothing. `now` is milliseconds UTC. */
export async function applyDeployments(
  db: RegistryDb,
  { file, pools, limits }: WantedDeployments,
  changes: readonly DeploymentChange[],
  now: number,
): Promise<void> {
  const nextRuns = await nextRunsOf(changes, now);
  await withTransaction(db, async (transaction) => {
    await savePools(transaction, pools, now);
    // It is there also before it has a row, which deployments refer to.
    await createWorkPool(transaction, { name: DEFAULT_POOL, concurrency: null, createdAt: now });
    await saveLimits(transaction, limits, now);
    for (const change of changes) {
      if (change.action === 'delete') await deleteDeployment(transaction, change.recorded!.row.id);
      else if (change.action !== 'keep') await save(transaction, change, { file, now, nextRuns });
    }
  });
}

async function savePools(db: RegistryDb, pools: Readonly<Record<string, number | null>>, now: number): Promise<void> {
  for (const [name, concurrency] of Object.entries(pools)) {
    if (await changeWorkPool(db, name, { concurrency })) continue;
    await createWorkPool(db, { name, concurrency, createdAt: now });
  }
}

async function saveLimits(db: RegistryDb, limits: Readonly<Record<string, number>>, now: number): Promise<void> {
  for (const [name, slots] of Object.entries(limits)) await setConcurrencyLimit(db, { name, slots, at: now });
}

/** By schedule, when it is due first. Calculated beforehand: within the transaction nothing but the registry is waited for. */
type NextRuns = ReadonlyMap<WantedSchedule, number | null>;

async function nextRunsOf(changes: readonly DeploymentChange[], now: number): Promise<NextRuns> {
  const schedules = changes.flatMap(({ wanted }) => wanted?.schedules ?? []);
  const found = schedules.map(async (each) => [each, (await openSchedule(each.schedule)).after(now) ?? null] as const);
  return new Map(await Promise.all(found));
}

type Saving = { readonly file: string; readonly now: number; readonly nextRuns: NextRuns };

async function save(db: RegistryDb, { wanted, recorded }: DeploymentChange, saving: Saving): Promise<void> {
  const { name, flowName, entrypoint, pool, spec, schedules } = wanted!;
  const { file, now } = saving;
  const row = { name, flowName, entrypoint, spec, declaredIn: file, pool, updatedAt: now };
  const kept = keptOf(recorded?.row, newDeploymentId, now);
  await saveDeployment(db, { ...kept, ...row });
  await saveSchedules(db, kept.id, schedules, recorded?.schedules ?? [], saving);
}

/** A schedule that stays the same keeps the time it is due next, so that deploying again loses none. */
async function saveSchedules(
  db: RegistryDb,
  deploymentId: DeploymentId,
  wanted: readonly WantedSchedule[],
  recorded: readonly ScheduleRow[],
  { now, nextRuns }: Saving,
): Promise<void> {
  for (const each of wanted) {
    const { name, schedule, parameters } = each;
    const before = recorded.find((row) => row.name === name);
    const kept = keptOf(before, newScheduleId, now);
    const pausedAt = pausedSince(before, each.active, now);
    const goesOn = before?.pausedAt === null && isSame(before.schedule, schedule);
    const due = goesOn ? before.nextRunAt : (nextRuns.get(each) ?? null);
    const nextRunAt = pausedAt === null ? due : null;
    await saveSchedule(db, { ...kept, deploymentId, name, schedule, parameters, pausedAt, nextRunAt });
  }
  for (const { id } of goneOf(recorded, wanted)) await deleteSchedule(db, id);
}

/** What a row keeps when it is changed. */
function keptOf<Id extends string>(
  before: { readonly id: Id; readonly createdAt: number } | undefined,
  newId: () => Id,
  now: number,
): { readonly id: Id; readonly createdAt: number } {
  return before === undefined ? { id: newId(), createdAt: now } : { id: before.id, createdAt: before.createdAt };
}

function pausedSince(
  before: { readonly pausedAt: number | null } | undefined,
  active: boolean,
  now: number,
): number | null {
  return active ? null : (before?.pausedAt ?? now);
}

function goneOf<Row extends { readonly name: string }>(
  recorded: readonly Row[],
  wanted: readonly { readonly name: string }[],
): readonly Row[] {
  return recorded.filter(({ name }) => !wanted.some((each) => each.name === name));
}

function isSame(before: Schedule, after: Schedule): boolean {
  return canonicalJson(toJson(before, 'a schedule')) === canonicalJson(toJson(after, 'a schedule'));
}
