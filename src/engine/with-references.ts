import type { Json, JsonObject } from '../core/json.ts';
import { mapJson } from '../core/map-json.ts';
import { escapeReferences } from '../core/seal.ts';

/**
 * What is recorded of parameters: the checked ones, but where references were given, those. What only looks like a
 * reference (a default of the flow) is written so that it stands for itself when a retry resolves it.
 */
export function withReferences(given: Json | undefined, checked: Json): Json {
  if (typeof given === 'string' && escapeReferences(given) !== given) return given;
  if (Array.isArray(given) && Array.isArray(checked)) {
    return checked.map((item: Json, index) => withReferences((given as Json[])[index], item));
  }
  if (isObject(given) && isObject(checked)) {
    return Object.fromEntries(Object.entries(checked).map(([key, value]) => [key, withReferences(given[key], value)]));
  }
  return mapJson(checked, { text: escapeReferences });
}

function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
