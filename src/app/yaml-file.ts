import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { isNode, LineCounter, parseDocument } from 'yaml';
import type { Document } from 'yaml';
import type { z } from 'zod';
import { didYouMean } from '../core/closest-name.ts';
import { ParameterError } from '../core/errors.ts';

/** A YAML file that was read, and can tell where in it something stands. */
export type YamlFile = {
  readonly path: string;
  readonly data: unknown;
  /** `mlflow-ts.yaml:7` */
  readonly placeOf: (path: readonly PropertyKey[]) => string;
};

/** @throws ParameterError when it is not YAML. */
export function readYamlFile(path: string): YamlFile {
  const lines = new LineCounter();
  const document = parseDocument(readFileSync(path, 'utf8'), { lineCounter: lines });
  const [first] = document.errors;
  if (first !== undefined) throw new ParameterError(`${path} is not YAML: ${first.message}`, { cause: first });
  return { path, data: document.toJS() ?? {}, placeOf: (at) => placeOf(at, document, lines, path) };
}

/** What is wrong at a place of a file. */
export type FileProblem = { readonly path: readonly PropertyKey[]; readonly text: string };

/** One error for all problems, each with its line. */
export function misfit({ path, placeOf: place }: YamlFile, problems: readonly FileProblem[]): ParameterError {
  const told = problems.map((problem) => `  ${place(problem.path)}: ${problem.text}`);
  return new ParameterError(`${path} does not fit:\n${told.join('\n')}`, { details: { problems: told } });
}

/** What zod found, in words. @param keysAt The keys that are known at a place, for unknown ones that were meant otherwise. */
export function problemsOf(
  error: z.ZodError,
  keysAt: (path: readonly PropertyKey[]) => readonly string[],
): FileProblem[] {
  return error.issues.flatMap((issue) => {
    const about = issue.path.length === 0 ? '' : `${issue.path.join('.')}: `;
    if (issue.code === 'unrecognized_keys') {
      return issue.keys.map((key) => ({
        path: [...issue.path, key],
        text: `${about}unknown "${key}". ${didYouMean(key, keysAt(issue.path))}`,
      }));
    }
    const messages = issue.code === 'invalid_key' ? issue.issues.map(({ message }) => message) : [issue.message];
    return messages.map((message) => ({ path: issue.path, text: `${about}${message}.` }));
  });
}

/** The line of the nearest thing at or above the path that stands in the file. */
function placeOf(path: readonly PropertyKey[], document: Document, lines: LineCounter, file: string): string {
  for (let length = path.length; length >= 0; length -= 1) {
    const node = length === 0 ? undefined : document.getIn(path.slice(0, length), true);
    const offset = isNode(node) ? node.range?.[0] : undefined;
    if (offset !== undefined) return `${basename(file)}:${lines.linePos(offset).line}`;
  }
  return basename(file);
}
