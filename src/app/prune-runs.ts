import { ConflictError } from '../core/errors.ts';
import type { FlowRunId } from '../core/ids.ts';
import { markFlowRunDeleted } from '../registry/delete-flow-run.ts';
import { listOpenFlowRuns } from '../registry/flow-runs.ts';
import { listPrunableFlowRuns } from '../registry/prunable-flow-runs.ts';
import type { PrunableRun, PruneFilter } from '../registry/prunable-flow-runs.ts';
import { listSurviving, previewDeletion } from '../registry/deletion-preview.ts';
import { reclaimSpace } from '../registry/reclaim-space.ts';
import type { AppServices } from './services.ts';
import { mentionsOf, sweepDeleted } from './sweep-deleted.ts';
import type { Deleted } from './sweep-deleted.ts';

/** Which flow runs go, and which fit as well but stay because a model version of theirs is there. */
export type PrunePlan = { readonly runs: readonly PrunableRun[]; readonly kept: readonly PrunableRun[] };

/** What pruning takes away; `registryBytes` is by how much the registry's files shrink. */
export type Pruned = Deleted & { readonly registryBytes: number };

/** Chooses the flow runs that go. With `force` also those that made a model version which is not deleted. */
export async function planPrune(
  { registry }: AppServices,
  filter: PruneFilter & { readonly force: boolean },
): Promise<PrunePlan> {
  const runs = await listPrunableFlowRuns(registry.db, filter);
  if (filter.force) return { runs, kept: [] };
  return {
    runs: runs.filter(({ madeModel }) => madeModel === null),
    kept: runs.filter(({ madeModel }) => madeModel !== null),
  };
}

/** What deleting these flow runs would take away, without doing it. */
export async function previewPrune(services: AppServices, { runs }: PrunePlan): Promise<Pruned> {
  const { registry, storage } = services;
  const ids = runs.map(({ id }) => id);
  const { storageHashes, textBytes, ...rows } = await previewDeletion(registry.db, ids);
  const unneeded = new Set(storageHashes);
  const mentions = await mentionsOf(services, unneeded);
  for (const { hash } of await listSurviving(registry.db, ids, mentions)) unneeded.delete(hash);
  const sizes = await Promise.all([...unneeded].map((hash) => storage.sizeOf(hash)));
  const present = sizes.filter((size) => size !== undefined);
  const fileBytes = present.reduce((sum, size) => sum + size, 0);
  return { ...rows, files: present.length, fileBytes, registryBytes: textBytes + rowBytes(rows) };
}

/** Deletes the planned flow runs, a few at a time; one that was retried meanwhile stays. */
export async function prune(services: AppServices, { runs }: PrunePlan): Promise<Pruned> {
  const sums: Deleted[] = [];
  for (let start = 0; start < runs.length || start === 0; start += RUNS_AT_ONCE) {
    const some = runs.slice(start, start + RUNS_AT_ONCE);
    for (const { id } of some) await markUnlessOpen(services, id);
    sums.push(await sweepDeleted(services));
  }
  return { ...total(sums), registryBytes: await reclaim(services) };
}

/** About what rows take beside their texts: ids, times, states and index entries, as measured. */
function rowBytes({ flowRuns, taskRuns, logs, artifacts }: Omit<Deleted, 'files' | 'fileBytes'>): number {
  return flowRuns * 2_000 + taskRuns * 1_500 + logs * 200 + artifacts * 400;
}

/** Gives the space that deletions left in the registry back to the disk. */
export async function reclaim({ registry }: AppServices): Promise<number> {
  const mayRewrite = (await listOpenFlowRuns(registry.db)).length === 0;
  return reclaimSpace({ path: registry.path, mayRewrite });
}

async function markUnlessOpen({ registry, clock }: AppServices, id: FlowRunId): Promise<void> {
  try {
    await markFlowRunDeleted(registry.db, id, clock.now());
  } catch (error) {
    if (!(error instanceof ConflictError)) throw error;
  }
}

function total(parts: readonly Deleted[]): Deleted {
  const sum = (member: keyof Deleted): number => parts.reduce((all, part) => all + part[member], 0);
  return {
    flowRuns: sum('flowRuns'),
    taskRuns: sum('taskRuns'),
    logs: sum('logs'),
    artifacts: sum('artifacts'),
    results: sum('results'),
    files: sum('files'),
    fileBytes: sum('fileBytes'),
  };
}

const RUNS_AT_ONCE = 50;
