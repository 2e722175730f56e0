import { deletePiece, keepUnnamed, NOTHING_DELETED } from '../registry/delete-flow-run.ts';
import type { DeletedRows } from '../registry/delete-flow-run.ts';
import { listMentions } from '../registry/mentioned-hashes.ts';
import type { Mention } from '../registry/mentioned-hashes.ts';
import { withTransaction } from '../registry/registry-db.ts';
import type { AppServices } from './services.ts';
import { untouchedSince } from './untouched-since.ts';

/** What a deletion took away. */
export type Deleted = Omit<DeletedRows, 'storageHashes'> & {
  /** Stored files that nothing names any more. */
  readonly files: number;
  readonly fileBytes: number;
};

/**
 * Deletes what is marked as deleted, also by a command that was stopped in its middle: in pieces, so that running flows
 * can write in between, and then the stored files that nothing names any more.
 */
export async function sweepDeleted(services: AppServices): Promise<Deleted> {
  const { registry, clock } = services;
  let sum = NOTHING_DELETED;
  for (;;) {
    const start = clock.monotonicMs();
    const piece = await deletePiece(registry.db);
    if (piece === undefined) break;
    sum = add(sum, piece);
    // As long as this kept others out, they may go first.
    await clock.sleep(clock.monotonicMs() - start);
  }
  const { storageHashes, ...rows } = sum;
  return { ...rows, ...(await removeUnneeded(services, storageHashes, await untouchedSince(services))) };
}

function add(left: DeletedRows, right: DeletedRows): DeletedRows {
  return {
    flowRuns: left.flowRuns + right.flowRuns,
    taskRuns: left.taskRuns + right.taskRuns,
    logs: left.logs + right.logs,
    artifacts: left.artifacts + right.artifacts,
    results: left.results + right.results,
    storageHashes: [...left.storageHashes, ...right.storageHashes],
  };
}

/** Of these stored files, removes those that nothing recorded names and that nobody has touched since. */
export async function removeUnneeded(
  services: AppServices,
  hashes: readonly string[],
  since: number,
): Promise<Pick<Deleted, 'files' | 'fileBytes'>> {
  const { registry, storage } = services;
  let [files, fileBytes] = [0, 0];
  const unneeded = [...(await unneededOf(services, hashes))];
  for (let start = 0; start < unneeded.length; start += FILES_AT_ONCE) {
    const some = unneeded.slice(start, start + FILES_AT_ONCE);
    // While nobody else can write: a run that is about to name one of them has touched it before.
    await withTransaction(registry.db, async (transaction) => {
      for (const hash of await keepUnnamed(transaction, some)) {
        const freed = storage.removeUntouched(hash, since);
        if (freed === undefined) continue;
        files += 1;
        fileBytes += freed;
      }
    });
  }
  return { files, fileBytes };
}

/** The stored files of these that nothing recorded names, neither as a file nor in a text. */
async function unneededOf(services: AppServices, hashes: readonly string[]): Promise<ReadonlySet<string>> {
  const unnamed = new Set(await keepUnnamed(services.registry.db, hashes));
  for (const { hash } of await mentionsOf(services, unnamed)) unnamed.delete(hash);
  return unnamed;
}

/** Where recorded texts name these stored files. */
export async function mentionsOf({ registry, storage }: AppServices, hashes: ReadonlySet<string>): Promise<Mention[]> {
  if (hashes.size === 0) return [];
  return listMentions(registry.db, hashes, async (hash) => {
    const text = await storage.read(hash).catch(() => undefined);
    return text?.toString('latin1') ?? '';
  });
}

const FILES_AT_ONCE = 100;
