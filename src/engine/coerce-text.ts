import type { z } from 'zod';
import { innerSchema, type AnySchema, type SchemaDefinition } from './inner-schema.ts';

/**
 * The value with every text inside it turned into what the schema wants at its place, where that is possible; what does not
 * fit stays as it is, for the schema to complain about.
 */
export function coerceText(schema: AnySchema, value: unknown): unknown {
  const inner = innerSchema(schema);
  if (typeof value !== 'string') return coerceMembers(inner.definition, value);
  if (inner.nullable && value.trim() === 'null') return null;
  return fromText(inner.schema, inner.definition, value);
}

function coerceMembers(definition: SchemaDefinition, value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) {
    return definition.type === 'array' ? value.map((item) => coerceText(definition.element, item)) : value;
  }
  if (definition.type === 'record') return mapMembers(value, () => definition.valueType);
  if (definition.type === 'object') {
    const shape: Readonly<Record<string, AnySchema | undefined>> = definition.shape;
    return mapMembers(value, (key) => shape[key]);
  }
  if (definition.type === 'union') return coerceByUnion(definition.options, value);
  return value;
}

function mapMembers(value: object, schemaOf: (key: string) => AnySchema | undefined): unknown {
  return Object.fromEntries(
    Object.entries(value).map(([key, member]) => {
      const schema = schemaOf(key);
      return [key, schema === undefined ? member : coerceText(schema, member)];
    }),
  );
}

function fromText(schema: AnySchema, definition: SchemaDefinition, text: string): unknown {
  if (definition.type === 'number') return numberFrom(text);
  if (definition.type === 'boolean') return booleanFrom(text);
  if (definition.type === 'literal') return definition.values.find((value) => String(value) === text) ?? text;
  if (definition.type === 'union') return coerceByUnion(definition.options, text);
  return STRUCTURES.includes(definition.type) ? structureFrom(schema, text) : text;
}

/** Kinds of schema whose text form is JSON. */
const STRUCTURES: readonly SchemaDefinition['type'][] = [
  'array',
  'object',
  'record',
  'tuple',
  'null',
  'any',
  'unknown',
];

/** The first form that takes the value as it is, else the first that takes it after coercion. */
function coerceByUnion(options: readonly AnySchema[], value: unknown): unknown {
  if (options.some((option) => parses(option, value))) return value;
  const coerced = options.map((option) => ({ option, value: coerceText(option, value) }));
  return (coerced.find((candidate) => parses(candidate.option, candidate.value)) ?? { value }).value;
}

function parses(schema: AnySchema, value: unknown): boolean {
  return (schema as z.ZodType).safeParse(value).success;
}

const NUMBER = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;

function numberFrom(text: string): unknown {
  return NUMBER.test(text.trim()) ? Number(text) : text;
}

function booleanFrom(text: string): unknown {
  const word = text.trim().toLowerCase();
  return word === 'true' ? true : word === 'false' ? false : text;
}

function structureFrom(schema: AnySchema, text: string): unknown {
  const value = parseJson(text);
  return typeof value === 'string' ? value : coerceMembers(innerSchema(schema).definition, value);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
}
