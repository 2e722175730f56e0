import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { isNode, LineCounter, parseDocument } from 'yaml';
import type { Document } from 'yaml';
import { z } from 'zod';
import { didYouMean } from '../core/closest-name.ts';
import { ParameterError } from '../core/errors.ts';
import { parseFlowReference } from './flow-files/flow-reference.ts';

/** What `mlflow-ts.yaml` says of a project. */
export type ProjectFile = {
  /** Files with flows, by the name of the flow: `./flows/census.ts:census`, from the project's root. */
  readonly flows: Readonly<Record<string, string>>;
  /** The experiment that flows log to; absent: one for every flow, by its name. */
  readonly experiment?: string | undefined;
};

/**
 * Reads `mlflow-ts.yaml`.
 * @param builtIn Names that the project's own flows cannot have.
 * @throws ParameterError naming file, line and all problems.
 */
export function readProjectFile(path: string, builtIn: readonly string[]): ProjectFile {
  const lines = new LineCounter();
  const document = parseDocument(readFileSync(path, 'utf8'), { lineCounter: lines });
  const [first] = document.errors;
  if (first !== undefined) throw new ParameterError(`${path} is not YAML: ${first.message}`, { cause: first });
  const parsed = projectFileSchema(builtIn).safeParse(document.toJS() ?? {});
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.flatMap((issue) => problemTexts(issue).map((text) => [issue, text] as const));
  const told = problems.map(([issue, text]) => `  ${placeOf(issue.path, document, lines, path)}: ${text}`);
  throw new ParameterError(`${path} does not fit:\n${told.join('\n')}`, { details: { problems: told } });
}

const KEYS = ['flows', 'experiment'];

function projectFileSchema(builtIn: readonly string[]) {
  const flowName = z.string().refine((name) => !builtIn.includes(name), {
    error: ({ input }) => `"${String(input)}" is a built-in flow; name yours otherwise`,
  });
  const reference = z
    .string({ error: 'expected a file and a flow of it, e.g. ./flows/census.ts:census' })
    .refine(isFileReference, { error: 'expected a file and a flow of it, e.g. ./flows/census.ts:census' });
  return z.strictObject({
    flows: z
      .record(flowName, reference, { error: 'expected a list of NAME: FILE.ts:NAME' })
      .nullish()
      .transform((flows) => flows ?? {}),
    experiment: z.string({ error: 'expected the name of an experiment' }).min(1, 'expected a name').optional(),
  });
}

function isFileReference(text: string): boolean {
  try {
    return parseFlowReference(text) !== undefined;
  } catch {
    return false;
  }
}

function problemTexts(issue: z.core.$ZodIssue): string[] {
  const about = issue.path.length === 0 ? '' : `${issue.path.join('.')}: `;
  if (issue.code === 'unrecognized_keys')
    return issue.keys.map((key) => `${about}unknown "${key}". ${didYouMean(key, KEYS)}`);
  if (issue.code === 'invalid_key') return issue.issues.map(({ message }) => `${about}${message}.`);
  return [`${about}${issue.message}.`];
}

function placeOf(path: readonly PropertyKey[], document: Document, lines: LineCounter, file: string): string {
  const node = document.getIn(path, true);
  const offset = isNode(node) ? node.range?.[0] : undefined;
  return offset === undefined ? basename(file) : `${basename(file)}:${lines.linePos(offset).line}`;
}
