import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { createRequire } from 'node:module';
import type * as Yaml from 'yaml';
import { z } from 'zod';
import { NotFoundError, ParameterError, UsageError } from '../core/errors.ts';
import type { Json } from '../core/json.ts';

/** One value somebody set: at which path, and where it was set. Later assignments win over earlier ones. */
export type Assignment = {
  /** `['split', 'kind']` for `split.kind`; at least one part. */
  readonly path: readonly string[];
  readonly value: Json;
  /** What was typed, when it came as text: `value` is then only its likelier reading. */
  readonly text?: string;
  /** For people: `-p`, `--params x.json`, `MLFLOW_TS_SEED`, `configs/mnist.yaml:3`. */
  readonly source: string;
};

/**
 * The assignments of `-p key=value` options; nested keys are dotted.
 * @throws UsageError when one is not `key=value`.
 */
export function assignmentsFromArguments(texts: readonly string[]): Assignment[] {
  return texts.map((given) => {
    const split = given.indexOf('=');
    const path = given.slice(0, Math.max(split, 0)).split('.');
    if (split < 1 || path.includes('')) {
      throw new UsageError(
        `-p ${given} is not key=value. Write for example -p seed=7, -p force=true or -p imageSize.width=64.`,
      );
    }
    return fromText(path, given.slice(split + 1), '-p');
  });
}

/**
 * The assignments of a `--params` file: a JSON object of parameters.
 * @throws NotFoundError or ParameterError naming the file.
 */
export function assignmentsFromParamsFile(path: string, cwd: string): Assignment[] {
  const text = readTextFile(resolve(cwd, path), path, '--params');
  const parameters = z.record(z.string(), z.json()).safeParse(parseJson(text, path));
  if (!parameters.success) throw new ParameterError(`${path} must hold one JSON object of parameters: {"seed": 7}.`);
  return Object.entries(parameters.data).map(([key, value]) => ({
    path: [key],
    value: value,
    source: `--params ${path}`,
  }));
}

/** An assignment given as text: read as JSON or number where it looks like one, kept as text for schemas that want text. */
export function fromText(path: readonly string[], text: string, source: string): Assignment {
  return { path, value: likelyValue(text), text, source };
}

/**
 * A file the user named, as text.
 * @throws NotFoundError when it is not there, ParameterError when it cannot be read.
 */
export function readTextFile(path: string, given: string, option: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    if (code === 'ENOENT') throw new NotFoundError(`${option} ${given}: there is no file ${path}.`, { cause });
    if (code === 'EISDIR') throw new ParameterError(`${option} ${given}: ${path} is a folder, not a file.`, { cause });
    throw new ParameterError(`${option} ${given}: ${path} cannot be read (${String(code)}).`, { cause });
  }
}

function likelyValue(text: string): Json {
  const trimmed = text.trim();
  if (/^[-+]?\.?\d/.test(trimmed) && Number.isFinite(Number(trimmed))) return Number(trimmed);
  if (['true', 'false', 'null'].includes(trimmed)) return JSON.parse(trimmed) as Json;
  if (!/^[[{"]/.test(trimmed)) return text;
  try {
    return parseYaml(trimmed) as Json;
  } catch {
    return text;
  }
}

/** Loaded when it is needed: reading YAML takes a tenth of the time in which a short run is over. */
function parseYaml(text: string): unknown {
  const { parse } = createRequire(import.meta.url)('yaml') as typeof Yaml;
  return parse(text);
}

function parseJson(text: string, path: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new ParameterError(`${path} is not JSON: ${(cause as Error).message}.`, { cause });
  }
}
