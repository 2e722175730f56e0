import type { z } from 'zod';

export type AnySchema = z.core.$ZodType;
export type SchemaDefinition = z.core.$ZodTypes['_zod']['def'];

/** A schema without what is wrapped around it (default, optional, nullable, pipe …): the form its input has. */
export type InnerSchema = {
  readonly schema: AnySchema;
  readonly definition: SchemaDefinition;
  readonly nullable: boolean;
};

/** Unwraps a schema down to the one that says what kind of value is expected as input. */
export function innerSchema(schema: AnySchema, nullable = false): InnerSchema {
  const { def: definition } = (schema as z.core.$ZodTypes)._zod;
  if (definition.type === 'nullable') return innerSchema(definition.innerType, true);
  if (definition.type === 'lazy') return innerSchema(definition.getter(), nullable);
  if (definition.type === 'pipe') {
    return innerSchema(isTransform(definition.in) ? definition.out : definition.in, nullable);
  }
  return isWrapper(definition) ? innerSchema(definition.innerType, nullable) : { schema, definition, nullable };
}

const WRAPPERS = ['optional', 'default', 'prefault', 'nonoptional', 'readonly', 'catch'] as const;
type Wrapper = Extract<SchemaDefinition, { type: (typeof WRAPPERS)[number] }>;

function isWrapper(definition: SchemaDefinition): definition is Wrapper {
  return (WRAPPERS as readonly SchemaDefinition['type'][]).includes(definition.type);
}

function isTransform(schema: AnySchema): boolean {
  return (schema as z.core.$ZodTypes)._zod.def.type === 'transform';
}
