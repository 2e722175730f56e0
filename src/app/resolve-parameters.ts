import type { z } from 'zod';
import { ParameterError } from '../core/errors.ts';
import type { Json, JsonObject } from '../core/json.ts';
import { someInJson } from '../core/map-json.ts';
import { REFERENCE_START } from '../core/secret-references.ts';
import type { Secrets } from '../core/secrets.ts';
import { toJson } from '../core/to-json.ts';
import { coerceText } from '../engine/coerce-text.ts';
import { withReferences } from '../engine/with-references.ts';
import type { LoadedFlow } from './flow-catalogue.ts';
import { parameterProblems, sourceOf } from './parameter-problems.ts';
import type { Assignment } from './parameter-sources.ts';
import { describeParameters } from './parameter-types.ts';

/** A flow's parameters, resolved from all places they can be set at. */
export type ResolvedParameters = {
  /** What was set, before defaults and with its references: what the flow is called with. */
  readonly given: JsonObject;
  /** What the flow will see: defaults filled in, values coerced; but references in the place of what they stand for. */
  readonly values: JsonObject;
  /** One row per leaf of `values`, dotted, with where it came from. */
  readonly sources: readonly { readonly key: string; readonly value: Json; readonly source: string }[];
};

/**
 * Merges assignments in ascending precedence and checks the outcome. A dotted path changes one member of the value below
 * it (or of the default); a whole key replaces it. Text is read as number, boolean or JSON unless only text fits.
 * @param shownBy What `flows show` takes for this flow.
 * @throws ParameterError that names all problems at once.
 */
export function resolveParameters(
  flow: LoadedFlow,
  assignments: readonly Assignment[],
  secrets: Secrets,
  shownBy = flow.name,
): ResolvedParameters {
  const { given, resolved, problems } = checkAssignments(flow, assignments, 'all', secrets);
  if (problems.length > 0) throw problemsError(flow.name, problems, shownBy);
  const parsed = toJson(flow.parameters.parse(resolved), `parameters of ${flow.name}`);
  const values = withReferences(given, secrets.seal.values(parsed)) as JsonObject;
  const sources = leaves(values, []).map(({ path, value }) => ({
    key: path.join('.'),
    value,
    source: sourceOf(path, assignments) ?? 'default',
  }));
  return { given, values, sources };
}

/**
 * The problems with a flow's assignments, and the parameters they make, as given and with their references resolved; see
 * `parameterProblems` for `scope`. What is only looked at does not need its environment variables.
 * @throws ParameterError when a reference cannot be resolved and the scope is `all`.
 */
export function checkAssignments(
  flow: LoadedFlow,
  assignments: readonly Assignment[],
  scope: 'all' | 'assigned',
  secrets: Secrets,
): { readonly given: JsonObject; readonly resolved: Json; readonly problems: string[] } {
  const { parameters: schema, name } = flow;
  const looked = scope === 'all' ? assignments : assignments.filter(({ value }) => isResolvable(value, secrets));
  const readings = chooseReadings(schema, looked);
  const given = merge(schema, readings);
  const resolved = hasReferences(given)
    ? (coerceText(schema, secrets.resolve(given, `the parameters of ${name}`)) as Json)
    : given;
  const problems = parameterProblems(schema, readings, resolved, scope, secrets.seal);
  return { given, resolved, problems };
}

function hasReferences(value: Json): boolean {
  return someInJson(value, (leaf) => typeof leaf === 'string' && leaf.includes(REFERENCE_START));
}

function isResolvable(value: Json, secrets: Secrets): boolean {
  try {
    secrets.resolve(value, 'a section');
    return true;
  } catch {
    return false;
  }
}

/** The error for parameters that do not fit: all problems in one message. */
function problemsError(flowName: string, problems: readonly string[], shownBy: string): ParameterError {
  const lines = problems.map((problem) => `  ${problem}`).join('\n');
  return new ParameterError(
    `The parameters of ${flowName} do not fit:\n${lines}\n\`mlflow-ts flows show ${shownBy}\` lists them.`,
    { details: { problems: [...problems] } },
  );
}

/** For each top-level key whose likelier reading does not fit, tries the plain text of its text assignments instead. */
function chooseReadings(schema: z.ZodType, assignments: readonly Assignment[]): readonly Assignment[] {
  let chosen = assignments;
  for (const [index, assignment] of assignments.entries()) {
    const { text, path } = assignment;
    if (text === undefined || text === assignment.value || fits(schema, chosen, path[0]!)) continue;
    const asText = chosen.with(index, { ...assignment, value: text });
    if (issueCount(schema, asText, path[0]!) < issueCount(schema, chosen, path[0]!)) chosen = asText;
  }
  return chosen;
}

function fits(schema: z.ZodType, assignments: readonly Assignment[], key: string): boolean {
  return issueCount(schema, assignments, key) === 0;
}

function issueCount(schema: z.ZodType, assignments: readonly Assignment[], key: string): number {
  const issues = schema.safeParse(merge(schema, assignments)).error?.issues ?? [];
  return issues.filter((issue) => issue.path[0] === key).length;
}

function merge(schema: z.ZodType, assignments: readonly Assignment[]): JsonObject {
  const defaults = Object.fromEntries(
    describeParameters(schema).map(({ name, default: value }) => [name, value] as const),
  );
  let merged: JsonObject = {};
  for (const { path, value } of assignments) {
    const [key, ...rest] = path as [string, ...string[]];
    merged = { ...merged, [key]: replaceAt(merged[key] ?? defaults[key], rest, value) };
  }
  return merged;
}

function replaceAt(base: Json | undefined, path: readonly string[], value: Json): Json {
  const [key, ...rest] = path;
  if (key === undefined) return value;
  const object = isObject(base) ? base : {};
  return { ...object, [key]: replaceAt(object[key], rest, value) };
}

function leaves(value: Json, path: readonly string[]): { path: readonly string[]; value: Json }[] {
  if (!isObject(value) || Object.keys(value).length === 0) return [{ path, value }];
  return Object.entries(value).flatMap(([key, member]) => leaves(member, [...path, key]));
}

function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
