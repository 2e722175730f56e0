import { z } from 'zod';
import type { Json, JsonObject } from '../core/json.ts';

/** A flow parameter as people are told about it. */
export type ParameterDescription = {
  readonly name: string;
  /** For people, e.g. `integer ≥ 1` or `grid | random`. */
  readonly type: string;
  readonly required: boolean;
  readonly default?: Json;
  readonly description?: string;
};

/** The parts of JSON Schema that zod writes and people want to read. */
type JsonSchema = {
  readonly $ref?: string;
  readonly type?: string | readonly string[];
  readonly description?: string;
  readonly default?: Json;
  readonly enum?: readonly Json[];
  readonly const?: Json;
  readonly anyOf?: readonly JsonSchema[];
  readonly oneOf?: readonly JsonSchema[];
  readonly items?: JsonSchema;
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly required?: readonly string[];
  readonly minimum?: number;
  readonly maximum?: number;
  readonly exclusiveMinimum?: number;
  readonly exclusiveMaximum?: number;
};

/** The parameters of a flow in declared order, read from its zod schema by way of JSON Schema. */
export function describeParameters(schema: z.ZodType): ParameterDescription[] {
  const root = jsonSchemaOf(schema);
  return Object.entries(root.properties ?? {}).map(([name, property]) => ({
    name,
    type: typeText(property),
    required: root.required?.includes(name) === true && property.default === undefined,
    ...(property.default === undefined ? {} : { default: property.default }),
    ...(property.description === undefined ? {} : { description: property.description }),
  }));
}

/** The JSON Schema (2020-12) of what a flow takes, before defaults. */
export function parametersJsonSchema(schema: z.ZodType): JsonObject {
  return jsonSchemaOf(schema);
}

/** The keys an object at `path` inside the parameters may have; empty when it is free. For suggestions. */
export function knownKeysAt(schema: z.ZodType, path: readonly string[]): string[] {
  let found: readonly JsonSchema[] = [jsonSchemaOf(schema)];
  for (const part of path) {
    found = found.flatMap(alternatives).flatMap((option) => option.properties?.[part] ?? option.items ?? []);
  }
  return [...new Set(found.flatMap(alternatives).flatMap((option) => Object.keys(option.properties ?? {})))];
}

function jsonSchemaOf(schema: z.ZodType): JsonSchema {
  return z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }) as JsonSchema;
}

function alternatives(schema: JsonSchema): readonly JsonSchema[] {
  const options = schema.anyOf ?? schema.oneOf;
  return options === undefined ? [schema] : options.flatMap(alternatives);
}

function typeText(schema: JsonSchema): string {
  if (schema.const !== undefined) return valueText(schema.const);
  if (schema.enum !== undefined) return schema.enum.map(valueText).join(' | ');
  const options = schema.anyOf ?? schema.oneOf;
  if (options !== undefined) return [...new Set(options.map(typeText))].join(' | ');
  return singleTypeText(schema);
}

function singleTypeText(schema: JsonSchema): string {
  if (schema.type === undefined) return 'JSON';
  if (typeof schema.type !== 'string') return schema.type.join(' | ');
  if (schema.type === 'array') return `list of ${schema.items === undefined ? 'JSON' : typeText(schema.items)}`;
  if (schema.type === 'object') return objectText(schema);
  return schema.type === 'string' ? 'text' : `${schema.type}${rangeText(schema)}`;
}

function objectText(schema: JsonSchema): string {
  const keys = Object.keys(schema.properties ?? {});
  return keys.length === 0 ? 'object' : `{${keys.join(', ')}}`;
}

function valueText(value: Json): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

function rangeText({ minimum, maximum, exclusiveMinimum, exclusiveMaximum }: JsonSchema): string {
  const above = exclusiveMinimum === undefined ? bound('≥', minimum) : bound('>', exclusiveMinimum);
  const below = exclusiveMaximum === undefined ? bound('≤', maximum) : bound('<', exclusiveMaximum);
  return `${above}${below}`;
}

/** Bounds that only say "a safe integer" say nothing to people. */
function bound(sign: string, value: number | undefined): string {
  return value === undefined || Math.abs(value) >= Number.MAX_SAFE_INTEGER ? '' : ` ${sign} ${value}`;
}
