import { isDeepStrictEqual } from 'node:util';
import type { z } from 'zod';
import { didYouMean } from '../core/closest-name.ts';
import { ParameterError } from '../core/errors.ts';
import { toJson } from '../core/to-json.ts';
import type { Json } from '../core/json.ts';
import { NO_SECRETS, type Seal } from '../core/seal.ts';
import { coerceText } from './coerce-text.ts';
import { unknownKeys } from './unknown-keys.ts';

export type CoercedParameters<Output> = {
  /** What the body receives. */
  readonly parameters: Output;
  /** What is recorded: the input after coercion with its defaults, which parses to the same parameters again. */
  readonly recorded: Json;
};

/**
 * Checks raw parameters (typed values, or text from the command line or environment) against a flow's schema. Text becomes
 * what the schema wants: `"5"` → 5, `"true"` → true, JSON text → objects and arrays. The schema must be synchronous.
 * @throws ParameterError that tells all problems at once; keys the schema does not know are refused.
 */
export function coerceParameters<Schema extends z.ZodType>(schema: Schema, raw: unknown): z.output<Schema> {
  return coerceAndRecord(schema, raw).parameters;
}

/** As coerceParameters, with the form that is recorded and parsed again by a retry. Problems are told without secrets. */
export function coerceAndRecord<Schema extends z.ZodType>(
  schema: Schema,
  raw: unknown,
  seal: Seal = NO_SECRETS,
): CoercedParameters<z.output<Schema>> {
  const input = coerceText(schema, raw ?? {});
  const unknown = unknownKeys(schema, input);
  const parsed = schema.safeParse(input, { reportInput: true });
  const problems = seal.data([
    ...unknown.map(({ path, known }) => `unknown parameter "${path}". ${didYouMean(lastOf(path), known)}`),
    ...(parsed.error?.issues ?? []).flatMap((issue) =>
      describeIssue(
        issue,
        unknown.map(({ path }) => path),
        seal,
      ),
    ),
  ]);
  if (!parsed.success || problems.length > 0) throw parameterError(problems);
  return { parameters: parsed.data, recorded: withDefaults(schema, toJson(input, 'parameters'), parsed.data) };
}

function parameterError(problems: readonly string[]): ParameterError {
  const text =
    problems.length === 1 ? ` ${problems[0]!}` : `\n${problems.map((problem) => `  - ${problem}`).join('\n')}`;
  return new ParameterError(`The parameters do not fit:${text}`, { details: { problems } });
}

function describeIssue(issue: z.core.$ZodIssue, told: readonly string[], seal: Seal): string[] {
  const path = issue.path.map(String).join('.');
  if (issue.code === 'unrecognized_keys') {
    const keys = issue.keys.map((key) => (path === '' ? key : `${path}.${key}`));
    return keys.filter((key) => !told.includes(key)).map((key) => `unknown parameter "${key}".`);
  }
  const name = path === '' ? 'parameters' : path;
  if (issue.input === undefined) return [`${name} is missing: ${expected(issue)}.`];
  return [`${name}: ${expected(issue)}, received ${preview(seal.data(issue.input))}.`];
}

function expected(issue: z.core.$ZodIssue): string {
  if (issue.code === 'invalid_type') return `expected ${issue.expected}`;
  if (issue.code === 'invalid_value')
    return `expected ${issue.values.map((value) => JSON.stringify(value)).join(' or ')}`;
  if (issue.code === 'invalid_union') return expectedByUnion(issue);
  return issue.message.replace(/^Invalid (input|string|number): /, '').replace(/, received .*$/, '');
}

function expectedByUnion(issue: z.core.$ZodIssueInvalidUnion): string {
  const firsts = issue.errors.flatMap(([first]) => (first === undefined ? [] : [first]));
  const forms = firsts.map((first) => [first.path.join('.'), expected(first)].filter((part) => part !== '').join(': '));
  return forms.length === 0 ? issue.message : [...new Set(forms)].join(', or ');
}

const PREVIEW_CHARACTERS = 80;

function preview(value: unknown): string {
  const text = JSON.stringify(value) as string | undefined;
  if (text === undefined) return typeof value;
  return text.length > PREVIEW_CHARACTERS ? `${text.slice(0, PREVIEW_CHARACTERS)}…` : text;
}

/** Defaults belong in the record, so that a retry has them even if the code's defaults have changed since. */
function withDefaults(schema: z.ZodType, input: Json, output: unknown): Json {
  if (!isRecord(input) || !isRecord(output)) return input;
  const missing = Object.keys(output).filter((key) => !(key in input));
  const filled = missing.reduce<Record<string, unknown>>((all, key) => ({ ...all, [key]: output[key] }), { ...input });
  const again = schema.safeParse(filled);
  return again.success && sameJson(again.data, output) ? toJson(filled, 'parameters') : input;
}

/** Whatever the order of keys: a default is as it was written, what was parsed is in the schema's order. */
function sameJson(left: unknown, right: unknown): boolean {
  const [one, other] = [left, right].map((value): unknown => JSON.parse(JSON.stringify(value)));
  return isDeepStrictEqual(one, other);
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function lastOf(path: string): string {
  return path.slice(path.lastIndexOf('.') + 1);
}
