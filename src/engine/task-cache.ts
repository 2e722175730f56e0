import type { ResultId } from '../core/ids.ts';
import type { Json } from '../core/json.ts';
import type { Logger } from '../core/logger.ts';
import { findCachedResult, findLatestResult } from '../registry/results.ts';
import { cacheKeyOf, type CacheKey } from './cache-policy.ts';
import { openResult, type CacheEntry } from './recorded-results.ts';
import type { RunSession } from './run-session.ts';
import type { AnyTask } from './task-options.ts';

export type CacheLookup = {
  /** How the result is to be cached; absent when the task did not opt in or its key cannot be computed. */
  readonly entry?: CacheEntry;
  readonly hit?: { readonly resultId: ResultId; readonly value: Json };
};

export const DEFAULT_TASK_VERSION = '1';

/** Looks for a result of an earlier call with the same key, and explains itself when asked to. */
export async function lookUpCache(
  session: RunSession,
  task: AnyTask,
  input: unknown,
  log: Logger,
): Promise<CacheLookup> {
  const { cache, version = DEFAULT_TASK_VERSION } = task.options;
  if (cache === undefined) return {};
  const key = await cacheKeyOf(cache, { name: task.name, version }, input as never, session.runtime.secrets.seal);
  if (key.kind === 'unhashable') {
    log.warn(`Task "${task.name}" is not cached: a part of its key cannot be hashed: ${key.reason}`);
    return {};
  }
  const { expiresAfterMs } = cache;
  const entry = { key: key.key, ...(expiresAfterMs === undefined ? {} : { expiresAfterMs }) };
  const found = await findHit(session, key.key);
  if (session.cache.explainCache === true) explain(task, version, key, found.reason, log);
  return found.hit === undefined ? { entry } : { entry, hit: found.hit };
}

type Found = { readonly hit?: NonNullable<CacheLookup['hit']>; readonly reason: string };

async function findHit({ runtime, cache }: RunSession, key: string): Promise<Found> {
  const { registry, clock } = runtime;
  if (cache.noCache === true) return { reason: 'miss: the cache is switched off for this run (--no-cache)' };
  const row = await findCachedResult(registry.db, key, clock.now());
  if (row === undefined) return { reason: await missReason(runtime, key) };
  const read = await openResult(runtime, row);
  if (read === undefined) {
    return {
      reason: `miss: result ${row.id} is recorded but its stored file is gone or damaged, or it holds a secret that this run is not given`,
    };
  }
  const recordedAt = new Date(row.createdAt).toISOString();
  return { hit: { resultId: row.id, value: read.value }, reason: `hit: result ${row.id} of ${recordedAt}` };
}

async function missReason({ registry }: RunSession['runtime'], key: string): Promise<string> {
  const latest = await findLatestResult(registry.db, key);
  if (latest === undefined || latest.expiresAt === null) return 'miss: no result is recorded under this key';
  return `miss: the result under this key expired at ${new Date(latest.expiresAt).toISOString()}`;
}

const SHOWN_HASH_LENGTH = 12;

function explain(
  task: AnyTask,
  version: string,
  key: Extract<CacheKey, { kind: 'key' }>,
  reason: string,
  log: Logger,
): void {
  const parts = Object.entries(key.parts).map(([name, hash]) => `${name} ${hash.slice(0, SHOWN_HASH_LENGTH)}`);
  const madeOf = [`task ${task.name}`, `version ${version}`, ...parts].join(', ');
  log.info(`Cache ${reason}. Key ${key.key.slice(0, SHOWN_HASH_LENGTH)} is made of ${madeOf}.`, {
    cache: { key: key.key, parts: key.parts },
  });
}
