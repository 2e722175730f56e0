import { NotJsonError } from './errors.ts';
import type { Json } from './json.ts';

/**
 * Checks that a value is JSON and returns it; `undefined` at the top becomes null and undefined object members are left
 * out, as JSON.stringify does.
 * @throws NotJsonError naming the path of the first value JSON cannot hold (NaN, Infinity, Date, BigInt, function, class
 * instance, cycle, undefined in an array).
 */
export function toJson(value: unknown, what = 'value'): Json {
  if (value === undefined) return null;
  return convert(value, what, new Set());
}

function convert(value: unknown, path: string, parents: Set<object>): Json {
  if (value === null || typeof value === 'boolean' || typeof value === 'string') return value;
  if (typeof value === 'number') {
    if (!Number.isFinite(value)) throw new NotJsonError(path, String(value));
    return Object.is(value, -0) ? 0 : value;
  }
  if (typeof value !== 'object') throw new NotJsonError(path, typeof value);
  if (parents.has(value)) throw new NotJsonError(path, 'a cycle');
  parents.add(value);
  const json = Array.isArray(value) ? convertArray(value, path, parents) : convertObject(value, path, parents);
  parents.delete(value);
  return json;
}

function convertArray(values: readonly unknown[], path: string, parents: Set<object>): Json {
  return Array.from(values, (item, index) => convert(item, `${path}[${index}]`, parents));
}

function convertObject(value: object, path: string, parents: Set<object>): Json {
  if (!isPlainObject(value)) throw new NotJsonError(path, `an instance of ${value.constructor.name}`);
  const members = Object.entries(value).filter(([, member]) => member !== undefined);
  return Object.fromEntries(members.map(([key, member]) => [key, convert(member, `${path}.${key}`, parents)]));
}

function isPlainObject(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}
