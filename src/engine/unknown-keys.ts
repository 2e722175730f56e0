import type { z } from 'zod';
import { innerSchema, type AnySchema } from './inner-schema.ts';

/** A member that no schema asks for, by its dotted path, and the names there are beside it. */
export type UnknownKey = { readonly path: string; readonly known: readonly string[] };

/**
 * The members of the value that the schema does not know, at any depth. zod's plain objects drop such members silently; for
 * a person's typing errors that is the worst answer. Objects declared loose or with a catchall take any.
 */
export function unknownKeys(schema: AnySchema, value: unknown, path: readonly string[] = []): UnknownKey[] {
  if (typeof value !== 'object' || value === null) return [];
  const { definition } = innerSchema(schema);
  if (Array.isArray(value)) {
    const items: readonly unknown[] = value;
    if (definition.type !== 'array') return [];
    return items.flatMap((item, index) => unknownKeys(definition.element, item, [...path, String(index)]));
  }
  if (definition.type === 'record') {
    return Object.entries(value).flatMap(([key, member]) => unknownKeys(definition.valueType, member, [...path, key]));
  }
  if (definition.type === 'union') return unknownKeysOfUnion(definition.options, value, path);
  return definition.type === 'object' ? unknownKeysOfObject(definition, value, path) : [];
}

function unknownKeysOfObject(definition: z.core.$ZodObjectDef, value: object, path: readonly string[]): UnknownKey[] {
  const shape: Readonly<Record<string, AnySchema | undefined>> = definition.shape;
  const known = Object.keys(shape);
  const takesAny = definition.catchall !== undefined && innerSchema(definition.catchall).definition.type !== 'never';
  return Object.entries(value).flatMap(([key, member]) => {
    const schema = Object.hasOwn(shape, key) ? shape[key] : undefined;
    if (schema !== undefined) return unknownKeys(schema, member, [...path, key]);
    return takesAny ? [] : [{ path: [...path, key].join('.'), known }];
  });
}

/** Only the form that fits can say what it does not know; when none fits the schema itself complains. */
function unknownKeysOfUnion(options: readonly AnySchema[], value: object, path: readonly string[]): UnknownKey[] {
  const fitting = options.filter((option) => (option as z.ZodType).safeParse(value).success);
  const found = fitting.map((option) => unknownKeys(option, value, path));
  return found.sort((left, right) => left.length - right.length)[0] ?? [];
}
