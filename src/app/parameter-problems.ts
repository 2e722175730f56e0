import type { z } from 'zod';
import { didYouMean } from '../core/closest-name.ts';
import type { Json } from '../core/json.ts';
import type { Seal } from '../core/seal.ts';
import type { Assignment } from './parameter-sources.ts';
import { describeParameters, knownKeysAt } from './parameter-types.ts';

type Issue = z.core.$ZodIssue;

/**
 * Everything that is wrong with parameters, one sentence each: unknown keys with the key that was meant, values that do
 * not fit with where they were set, required ones that are missing.
 * @param given The parameters as the assignments make them, references resolved; secrets are not told.
 * @param scope `assigned` looks only at keys that some assignment sets: for the config section of a flow that is not run.
 */
export function parameterProblems(
  schema: z.ZodType,
  assignments: readonly Assignment[],
  given: Json,
  scope: 'all' | 'assigned',
  seal: Seal,
): string[] {
  const descriptions = describeParameters(schema);
  const keys = descriptions.map(({ name }) => name);
  const unknown = assignments.filter(({ path }) => !keys.includes(path[0]!));
  const misfits = (schema.safeParse(given).error?.issues ?? [])
    .filter((issue) => issue.path.length > 0 || issue.code !== 'unrecognized_keys')
    .filter((issue) => scope === 'all' || assignments.some(({ path }) => path[0] === issue.path[0]));
  return seal.data([
    ...new Set(unknown.map(({ path, source }) => unknownKeyText(path[0]!, keys, source))),
    ...misfits.flatMap((issue) => misfitText(issue, { schema, descriptions, assignments, given: seal.data(given) })),
  ]);
}

function unknownKeyText(key: string, keys: readonly string[], source: string): string {
  return `unknown parameter "${key}" (${source}). ${didYouMean(key, keys)}`;
}

type Context = {
  readonly schema: z.ZodType;
  readonly descriptions: ReturnType<typeof describeParameters>;
  readonly assignments: readonly Assignment[];
  readonly given: Json;
};

function misfitText(issue: Issue, context: Context): string | string[] {
  const path = issue.path.map(String);
  const source = sourceOf(path, context.assignments);
  const name = path.length === 0 ? 'parameters' : path.join('.');
  const received = valueAt(context.given, path);
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) =>
      unknownKeyText(`${name}.${key}`, prefixed(name, knownKeysAt(context.schema, path)), source ?? 'nested'),
    );
  }
  if (received === undefined && source === undefined) return missingText(name, context);
  const shown = received === undefined ? 'nothing' : preview(received);
  return `${name}: ${expectedText(issue, context)}, received ${shown}${source === undefined ? '' : ` (${source})`}.`;
}

function prefixed(prefix: string, keys: readonly string[]): string[] {
  return keys.map((key) => `${prefix}.${key}`);
}

function missingText(name: string, { descriptions }: Context): string {
  const about = descriptions.find((description) => description.name === name);
  const meaning = about?.description === undefined ? '' : ` ${about.description}.`;
  return `${name} is required (${about?.type ?? 'a value'}).${meaning} Give it with -p ${name}=…`;
}

function expectedText(issue: Issue, { descriptions }: Context): string {
  const about = descriptions.find(({ name }) => name === String(issue.path[0]));
  const vague = issue.code === 'invalid_union' || issue.code === 'invalid_value' || issue.code === 'invalid_type';
  if (issue.path.length === 1 && vague && about !== undefined) return `expected ${about.type}`;
  return issue.message.replace(/^Invalid (input|option): /, '').replace(/, received .*$/, '');
}

/** Where the value at a path was set: the last assignment at, above or below it. */
export function sourceOf(path: readonly string[], assignments: readonly Assignment[]): string | undefined {
  return assignments.findLast((assignment) => {
    const common = Math.min(path.length, assignment.path.length);
    return assignment.path.slice(0, common).join('\0') === path.slice(0, common).join('\0');
  })?.source;
}

function valueAt(value: Json, path: readonly string[]): Json | undefined {
  let found: Json | undefined = value;
  for (const part of path) {
    found = typeof found === 'object' && found !== null ? (found as Record<string, Json | undefined>)[part] : undefined;
  }
  return found;
}

function preview(value: Json): string {
  const text = JSON.stringify(value);
  return text.length > PREVIEW_LENGTH ? `${text.slice(0, PREVIEW_LENGTH)}…` : text;
}

const PREVIEW_LENGTH = 60;
