import { fileURLToPath } from 'node:url';
import { FlowFileError } from '../../core/errors.ts';

/** What was imported: its absolute path, and as a person gave it. */
type Imported = { readonly path: string; readonly file: string };

/** What went wrong when a flow file was imported, with the place in the person's own code. */
export function explainImportError(error: unknown, { path, file }: Imported): FlowFileError {
  const options = { cause: error, details: { file: path } };
  if (!(error instanceof Error))
    return new FlowFileError(`${file} threw ${String(error)} when it was imported.`, options);
  const syntax = syntaxError(error);
  if (syntax !== undefined) return new FlowFileError(`${file} does not compile: ${syntax}`, options);
  const missing = missingModule(error, path);
  if (missing !== undefined) return new FlowFileError(`${file} cannot be imported: ${missing}`, options);
  const thrown = `${error.name}: ${error.message}`;
  const frames = ownFrames(error);
  return new FlowFileError(
    `${file} threw an error when it was imported:\n  ${thrown}${frames.map((frame) => `\n    ${frame}`).join('')}`,
    options,
  );
}

/** The compiler of jiti tells the place in its message, Node above its stack. */
function syntaxError({ name, message, stack = '' }: Error): string | undefined {
  const parsed = /^ParseError: (?<what>.*?)\s*\n\s*(?<line>\S.*:\d+):(?<column>\d+)/.exec(message)?.groups;
  // Its columns count from 0, those of editors from 1.
  if (parsed !== undefined) return `${parsed.line!}:${Number(parsed.column) + 1}: ${parsed.what!}`;
  if (name !== 'SyntaxError') return undefined;
  const place = /^(?<place>\S.*:\d+)\n/.exec(stack)?.groups?.place;
  return place === undefined ? undefined : `${plainPath(place)}: ${message}`;
}

function missingModule(error: Error, path: string): string | undefined {
  const { code } = error as Error & { code?: unknown };
  if (code !== 'MODULE_NOT_FOUND' && code !== 'ERR_MODULE_NOT_FOUND') return undefined;
  const what = /^Cannot find (?:module|package) '(?<what>.+?)'/.exec(error.message)?.groups?.what;
  if (what === undefined) return undefined;
  const isPackage = !/^(?:\.|\/|file:|[A-Za-z]:)/.test(what);
  const remedy = isPackage ? ` Install it where the file is: npm install ${what}` : '';
  return `${plainPath(importerOf(error) ?? path)} imports "${plainPath(what)}", which is not there.${remedy}`;
}

function importerOf(error: Error & { readonly requireStack?: readonly string[] }): string | undefined {
  return error.requireStack?.[0] ?? / imported from (?<importer>.+)$/m.exec(error.message)?.groups?.importer;
}

/** The lines of the stack above the import that are neither Node's nor those of an installed package. */
function ownFrames({ stack = '' }: Error): string[] {
  const frames = stack
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line.startsWith('at '));
  const importer = frames.findIndex((line) => line.includes(OWN_FOLDER) || /[/\\]jiti[/\\]dist[/\\]/.test(line));
  const above = importer < 0 ? frames : frames.slice(0, importer);
  return above.filter((line) => !/node:|[/\\]node_modules[/\\]/.test(line));
}

/** The importer's own: below its frames stands nothing about the file. */
const OWN_FOLDER = fileURLToPath(new URL('.', import.meta.url));

function plainPath(text: string): string {
  return text.replace(/^file:\/\//, '');
}
