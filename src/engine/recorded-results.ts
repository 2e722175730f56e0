import type { Json } from '../core/json.ts';
import { newResultId, type ResultId } from '../core/ids.ts';
import { getResult, type NewResult, type ResultRow } from '../registry/results.ts';
import type { FlowRuntime } from './run-runtime.ts';

const MAX_INLINE_BYTES = 256 * 1024;

type ReadingRuntime = Pick<Runtime, 'registry' | 'storage'>;
type Runtime = Pick<FlowRuntime<unknown>, 'registry' | 'storage' | 'secrets' | 'clock'>;

/** How a result is found again by other runs. */
export type CacheEntry = { readonly key: string; readonly expiresAfterMs?: number };

/** The row for a task's result, without secrets; past 256 KiB of JSON text the value goes to storage first. */
export async function prepareResult(
  { storage, secrets, clock }: Runtime,
  taskName: string,
  value: Json,
  cache?: CacheEntry,
): Promise<NewResult> {
  const json = JSON.stringify(secrets.seal.json(value));
  const bytes = Buffer.byteLength(json);
  const createdAt = clock.now();
  return {
    id: newResultId(),
    taskName,
    value:
      bytes > MAX_INLINE_BYTES
        ? { kind: 'stored', storageHash: (await storage.putBytes(Buffer.from(json))).hash }
        : { kind: 'inline', json },
    bytes,
    createdAt,
    ...(cache === undefined ? {} : { cacheKey: cache.key }),
    ...(cache?.expiresAfterMs === undefined ? {} : { expiresAt: createdAt + cache.expiresAfterMs }),
  };
}

/** The value of a recorded result as it was recorded, or undefined when its row or its stored file is gone or damaged. */
export async function readResult(runtime: ReadingRuntime, id: ResultId): Promise<{ readonly value: Json } | undefined> {
  const row = await getResult(runtime.registry.db, id);
  return row === undefined ? undefined : readValue(runtime, row);
}

/** The value that a task returned, with its secrets as they are now; undefined also when this process does not know them. */
export async function openResult(runtime: Runtime, row: ResultRow): Promise<{ readonly value: Json } | undefined> {
  const recorded = await readValue(runtime, row);
  return recorded === undefined ? undefined : runtime.secrets.seal.open(recorded.value);
}

async function readValue(
  { storage }: Pick<Runtime, 'storage'>,
  row: ResultRow,
): Promise<{ readonly value: Json } | undefined> {
  if (row.value.kind === 'inline') return { value: JSON.parse(row.value.json) as Json };
  try {
    return { value: JSON.parse((await storage.read(row.value.storageHash)).toString('utf8')) as Json };
  } catch {
    return undefined;
  }
}
