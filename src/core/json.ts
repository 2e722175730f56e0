import { createHash } from 'node:crypto';

/** Any JSON value. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };
/** A JSON object. */
export type JsonObject = Readonly<Record<string, Json>>;

/** JSON text with object keys sorted: equal values give equal text. */
export function canonicalJson(value: Json): string {
  return JSON.stringify(value, sortKeys);
}

/** Lower-case hex SHA-256 of the canonical JSON text. */
export function hashJson(value: Json): string {
  return createHash('sha256').update(canonicalJson(value)).digest('hex');
}

/** What the text means as JSON; undefined when it is none. */
export function tryJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** One object at a time: a sorted copy of a large value would take as much memory again. */
function sortKeys(_: string, value: Json): Json {
  if (value === null || typeof value !== 'object' || isArray(value)) return value;
  const keys = Object.keys(value).sort();
  return Object.fromEntries(keys.map((key) => [key, value[key]!]));
}

function isArray(value: Json): value is readonly Json[] {
  return Array.isArray(value);
}
