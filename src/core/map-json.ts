import type { Json } from './json.ts';

/** What is done with the leaves of a JSON value. */
export type JsonMapping = {
  readonly text: (text: string, path: readonly (string | number)[]) => Json;
  readonly number?: (value: number) => Json;
  readonly key?: (key: string) => string;
};

/** The value with every text in it, and if wanted every number and key, replaced. */
export function mapJson(value: Json, mapping: JsonMapping, path: readonly (string | number)[] = []): Json {
  if (typeof value === 'string') return mapping.text(value, path);
  if (typeof value === 'number') return mapping.number?.(value) ?? value;
  if (typeof value !== 'object' || value === null) return value;
  if (isArray(value)) return value.map((item, index) => mapJson(item, mapping, [...path, index]));
  const mapKey = mapping.key ?? ((key: string): string => key);
  return Object.fromEntries(
    Object.entries(value).map(([key, member]) => [mapKey(key), mapJson(member, mapping, [...path, key])]),
  );
}

/** Whether the test holds for a text, number or key in the value. */
export function someInJson(value: Json, test: (leaf: string | number) => boolean): boolean {
  if (typeof value === 'string' || typeof value === 'number') return test(value);
  if (typeof value !== 'object' || value === null) return false;
  if (isArray(value)) return value.some((item) => someInJson(item, test));
  return Object.entries(value).some(([key, member]) => test(key) || someInJson(member, test));
}

/** `a.b[2]` */
export function pathText(path: readonly (string | number)[]): string {
  return path
    .map((part) => (typeof part === 'number' ? `[${part}]` : `.${part}`))
    .join('')
    .replace(/^\./, '');
}

function isArray(value: Json): value is readonly Json[] {
  return Array.isArray(value);
}
