import * as z from 'zod';
import { didYouMean } from '../../core/closest-name.ts';
import { ParameterError } from '../../core/errors.ts';
import type { JsonObject } from '../../core/json.ts';
import { conditionProblems, orderByConditions } from './conditions.ts';
import type { Condition, Dimension, SearchSpace } from './search-space.ts';

const EXPECTED = 'expected { float: [low, high] }, { int: [low, high] } or { choice: [value, …] }';

const KEYS = {
  float: ['float', 'log', 'step', 'steps', 'when'],
  int: ['int', 'log', 'step', 'steps', 'when'],
  choice: ['choice', 'when'],
} as const satisfies Record<Dimension['kind'], readonly string[]>;

const KINDS = ['float', 'int', 'choice'] as const satisfies readonly Dimension['kind'][];

/** A search space as far as it can be read, and everything that is wrong with it. */
export type SearchSpaceReading = { readonly space: SearchSpace; readonly problems: readonly string[] };

/**
 * Reads a search space as `readSearchSpace` does.
 * @throws ParameterError that tells all problems at once.
 */
export function parseSearchSpace(raw: unknown): SearchSpace {
  const { space, problems } = readSearchSpace(raw);
  if (problems.length > 0) {
    throw new ParameterError(`The search space does not fit:\n${problems.map((line) => `  - ${line}`).join('\n')}`, {
      details: { problems: [...problems] },
    });
  }
  return space;
}

/**
 * Reads a search space as it comes out of YAML or JSON: a mapping of parameter names to
 * `{ float: [low, high], log?, step? | steps? }`, `{ int: [low, high], log?, step? | steps? }` or `{ choice: [value, …] }`,
 * or a list of the same with a `name` in each, where the order must survive storage that sorts keys. Any of them may have
 * `when: { other: value }` or `when: { other: [value, …] }`: it counts only where the other parameter has such a value.
 */
export function readSearchSpace(raw: unknown): SearchSpaceReading {
  const problems: string[] = [];
  const named = namedDimensions(raw, problems);
  const dimensions = named.map(([name, value]) => parseDimension(name, value, problems));
  if (dimensions.length === 0 && problems.length === 0) problems.push('a search space needs at least one parameter');
  const read = dimensions.filter((dimension) => dimension !== undefined);
  const names = named.map(([name]) => name);
  problems.push(...conditionProblems(read, names));
  return { space: { dimensions: orderByConditions(read).ordered }, problems };
}

/** A space as a list of its dimensions, which parseSearchSpace reads again: how the registry keeps it. */
export function describeSearchSpace(space: SearchSpace): readonly JsonObject[] {
  return space.dimensions.map((dimension) => ({ name: dimension.name, ...describeDimension(dimension) }));
}

function namedDimensions(raw: unknown, problems: string[]): (readonly [string, unknown])[] {
  if (isMapping(raw)) return Object.entries(raw);
  if (!Array.isArray(raw)) {
    problems.push(`a search space is a mapping of parameter names; received ${describe(raw)}`);
    return [];
  }
  const named = raw.map((item: unknown, index) => {
    if (!isMapping(item) || typeof item.name !== 'string') return [`item ${index}`, item] as const;
    const { name, ...rest } = item;
    return [name, rest] as const;
  });
  const names = named.map(([name]) => name);
  const twice = names.filter((name, index) => names.indexOf(name) !== index);
  for (const name of new Set(twice)) problems.push(`${name}: declared more than once`);
  return named;
}

function describeDimension(dimension: Dimension): JsonObject {
  const when = dimension.when === undefined ? {} : { when: dimension.when };
  if (dimension.kind === 'choice') return { choice: [...dimension.choices], ...when };
  const { kind, low, high, log, step, steps } = dimension;
  return {
    [kind]: [low, high],
    ...(log ? { log } : {}),
    ...(step === undefined ? {} : { step }),
    ...(steps === undefined ? {} : { steps }),
    ...when,
  };
}

function parseDimension(name: string, raw: unknown, problems: string[]): Dimension | undefined {
  const tell = (problem: string): void => void problems.push(`${name}: ${problem}`);
  if (!/^[A-Za-z_][\w.-]*$/.test(name)) tell('a parameter name starts with a letter and holds letters, digits, _ . -');
  if (!isMapping(raw)) {
    tell(`${EXPECTED}, received ${describe(raw)}`);
    return undefined;
  }
  const [kind, second] = KINDS.filter((known) => known in raw);
  if (kind === undefined || second !== undefined) {
    tell(`${EXPECTED}, received ${kind === undefined ? describe(raw) : 'more than one of them'}`);
    return undefined;
  }
  checkKeys(kind, raw, tell);
  const dimension = kind === 'choice' ? parseChoice(name, raw.choice, tell) : parseRange(kind, name, raw, tell);
  const when = parseCondition(raw.when, tell);
  return dimension === undefined || when === undefined ? dimension : { ...dimension, when };
}

function checkKeys(kind: Dimension['kind'], raw: object, tell: (problem: string) => void): void {
  const known: readonly string[] = KEYS[kind];
  for (const key of Object.keys(raw)) {
    if (!known.includes(key)) tell(`unknown key "${key}" for ${kind}. ${didYouMean(key, known)}`);
  }
}

const value = z.union([z.number(), z.string(), z.boolean()]);
const choices = z.array(value).min(1);
const condition = z
  .record(z.string(), z.union([value.transform((only) => [only]), choices]))
  .refine((when) => Object.keys(when).length > 0);

function parseCondition(raw: unknown, tell: (problem: string) => void): Condition | undefined {
  if (raw === undefined) return undefined;
  const parsed = condition.safeParse(raw);
  if (parsed.success) return parsed.data;
  tell(`when must be { other: value } or { other: [value, …] }, received ${describe(raw)}`);
  return undefined;
}

function parseChoice(name: string, raw: unknown, tell: (problem: string) => void): Dimension | undefined {
  const parsed = choices.safeParse(raw);
  if (parsed.success) return { kind: 'choice', name, choices: parsed.data };
  tell(`choice must be a list of at least one number, text or true/false, received ${describe(raw)}`);
  return undefined;
}

const range = z.object({
  bounds: z.tuple([z.number(), z.number()], 'must be [low, high], two numbers'),
  log: z.boolean('must be true or false').default(false),
  step: z.number('must be a number').positive('must be above 0').optional(),
  steps: z.int('must be a whole number').min(2, 'must be at least 2').optional(),
});

function parseRange(
  kind: 'float' | 'int',
  name: string,
  raw: Readonly<Record<string, unknown>>,
  tell: (problem: string) => void,
): Dimension | undefined {
  const parsed = range.safeParse({ bounds: raw[kind], log: raw.log, step: raw.step, steps: raw.steps });
  if (!parsed.success) {
    for (const issue of parsed.error.issues) {
      const key = issue.path[0] === 'bounds' ? kind : String(issue.path[0]);
      tell(`${key} ${issue.message}, received ${describe(raw[key])}`);
    }
    return undefined;
  }
  const { bounds, log, step, steps } = parsed.data;
  const [low, high] = bounds;
  for (const problem of rangeProblems(kind, { low, high, log, step, steps })) tell(problem);
  return {
    kind,
    name,
    low,
    high,
    log,
    ...(step === undefined ? {} : { step }),
    ...(steps === undefined ? {} : { steps }),
  };
}

type Range = {
  readonly low: number;
  readonly high: number;
  readonly log: boolean;
  readonly step: number | undefined;
  readonly steps: number | undefined;
};

function rangeProblems(kind: 'float' | 'int', { low, high, log, step, steps }: Range): string[] {
  const whole = [low, high, step ?? 1].every((value) => Number.isSafeInteger(value));
  const problems: readonly (readonly [boolean, string])[] = [
    [low > high, `low ${low} is above high ${high}`],
    [kind === 'int' && !whole, 'int takes whole numbers for low, high and step'],
    [log && low <= 0, `log needs a low above 0, received ${low}`],
    [log && step !== undefined, 'log and step exclude each other; use steps for a number of values'],
    [step !== undefined && steps !== undefined, 'step and steps exclude each other'],
  ];
  return problems.filter(([applies]) => applies).map(([, problem]) => problem);
}

function isMapping(raw: unknown): raw is Readonly<Record<string, unknown>> {
  return typeof raw === 'object' && raw !== null && !Array.isArray(raw);
}

function describe(raw: unknown): string {
  return raw === undefined ? 'nothing' : JSON.stringify(raw);
}
