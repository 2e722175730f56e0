import type { Json, JsonObject } from '../core/json.ts';

/** One thing, as each of those compared has it; null where it has not. */
export type ComparedRow = {
  readonly key: string;
  readonly values: readonly (Json | null)[];
  readonly differs: boolean;
};

/** A row per key that any of the objects has, by name. */
export function comparedRows(objects: readonly Readonly<Record<string, Json>>[]): ComparedRow[] {
  const keys = [...new Set(objects.flatMap((object) => Object.keys(object)))].sort();
  return keys.map((key) => {
    const values = objects.map((object) => (Object.hasOwn(object, key) ? object[key]! : null));
    return { key, values, differs: new Set(values.map((value) => JSON.stringify(value))).size > 1 };
  });
}

/** Nested objects as one, keys joined by dots: `split.kind`. */
export function flattened(value: Json, path = ''): Record<string, Json> {
  if (!isObject(value) || Object.keys(value).length === 0) return path === '' ? {} : { [path]: value };
  const members = Object.entries(value).map(([key, member]) => flattened(member, path === '' ? key : `${path}.${key}`));
  return Object.assign({}, ...members) as Record<string, Json>;
}

function isObject(value: Json): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
