import { toRunError } from '../core/errors.ts';
import { hashJson } from '../core/json.ts';
import { NO_SECRETS, type Seal } from '../core/seal.ts';
import { toJson } from '../core/to-json.ts';

/** What a task's results are cached by. Opt in with `cache: byInputs` or `cache: cacheBy(…)`. */
export interface CachePolicy<Input> {
  /** The named parts of the key besides task name and version. Whatever throws or is not JSON switches caching off for the call. */
  readonly partsOf: (input: Input) => KeyParts | Promise<KeyParts>;
  /** How long a result may be used; absent: for good. */
  readonly expiresAfterMs?: number;
  /** The same policy with results that expire. */
  expiresAfter(ms: number): CachePolicy<Input>;
}

export type KeyParts = Readonly<Record<string, unknown>>;

/** The key of one call with the hash of each of its parts, or why there is none. */
export type CacheKey =
  | { readonly kind: 'key'; readonly key: string; readonly parts: Readonly<Record<string, string>> }
  | { readonly kind: 'unhashable'; readonly reason: string };

/** Caches by everything the task was given. */
export const byInputs: CachePolicy<unknown> = policy((input) => ({ inputs: input }));

/** Caches by the parts that `partsOf` returns, for example some of the inputs and the hash of a file they name. */
export function cacheBy<Input>(partsOf: CachePolicy<Input>['partsOf']): CachePolicy<Input> {
  return policy(partsOf);
}

/** The cache key of a call: a hash of task name, task version and the policy's parts, in which references stand for secrets. */
export async function cacheKeyOf<Input>(
  cache: CachePolicy<Input>,
  task: { readonly name: string; readonly version: string },
  input: Input,
  seal: Seal = NO_SECRETS,
): Promise<CacheKey> {
  try {
    const named = Object.entries(await cache.partsOf(input));
    const parts = Object.fromEntries(named.map(([name, value]) => [name, hashJson(seal.json(toJson(value, name)))]));
    return { kind: 'key', key: hashJson({ task: task.name, version: task.version, parts }), parts };
  } catch (error) {
    return { kind: 'unhashable', reason: toRunError(error).message };
  }
}

function policy<Input>(partsOf: CachePolicy<Input>['partsOf'], expiresAfterMs?: number): CachePolicy<Input> {
  return {
    partsOf,
    ...(expiresAfterMs === undefined ? {} : { expiresAfterMs }),
    expiresAfter: (ms) => policy(partsOf, ms),
  };
}
