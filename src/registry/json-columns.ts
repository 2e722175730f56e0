import { z } from 'zod';
import { EnvironmentError } from '../core/errors.ts';
import type { Json, JsonObject } from '../core/json.ts';

/**
 * The value of a `*_json` column, checked.
 * @throws EnvironmentError naming the column and row when the text is not what this program writes there.
 */
export function parseJsonColumn<Value>(schema: z.ZodType<Value>, text: string, column: string, rowId: string): Value {
  const parsed = schema.safeParse(jsonOf(text));
  if (parsed.success) return parsed.data;
  throw new EnvironmentError(
    `The registry's ${column} of ${rowId} is not as expected: ${z.prettifyError(parsed.error)}. ` +
      'The row was changed by hand or the file is damaged; restore the registry from a backup.',
    { details: { column, row: rowId } },
  );
}

/** The same for columns that may be null. */
export function parseNullableJsonColumn<Value>(
  schema: z.ZodType<Value>,
  text: string | null,
  column: string,
  rowId: string,
): Value | null {
  return text === null ? null : parseJsonColumn(schema, text, column, rowId);
}

export const jsonSchema: z.ZodType<Json> = z.json();
export const jsonObjectSchema: z.ZodType<JsonObject> = z.record(z.string(), z.json());
export const stringListSchema: z.ZodType<readonly string[]> = z.array(z.string());

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
