import { existsSync, readdirSync, statSync } from 'node:fs';
import { basename, dirname, resolve } from 'node:path';
import { didYouMean } from '../../core/closest-name.ts';
import { FlowFileError, NotFoundError } from '../../core/errors.ts';
import type { AnyFlow } from '../../engine/flow-options.ts';
import type { AppServices } from '../services.ts';
import { chooseExport } from './choose-export.ts';
import { explainImportError } from './explain-import-error.ts';
import { FLOW_FILE, type FlowReference } from './flow-reference.ts';
import { importFlowFile, type ImportOptions } from './import-flow-file.ts';

/** A flow that was loaded from a file. */
export type FlowFromFile = {
  readonly flow: AnyFlow<AppServices>;
  /** Absolute path of the file. */
  readonly path: string;
  readonly exportName: string;
};

/**
 * Loads the flow that a reference names.
 * @param cwd The folder from which the reference's path is meant.
 * @throws NotFoundError when there is no such file, FlowFileError when it cannot be imported or has no such flow.
 */
export async function loadFlowFile(
  { file, exportName }: FlowReference,
  options: ImportOptions & { readonly cwd: string },
): Promise<FlowFromFile> {
  const path = resolve(options.cwd, file);
  requireFile(path, file);
  const exports = await importFlowFile(path, options).catch((error: unknown) => {
    throw explainImportError(error, { path, file });
  });
  const chosen = chooseExport(exports, file, exportName);
  requireSchema(chosen.flow, file);
  return { ...chosen, flow: chosen.flow as AnyFlow<AppServices>, path };
}

function requireFile(path: string, file: string): void {
  const found = statSync(path, { throwIfNoEntry: false });
  if (found?.isFile() === true && FLOW_FILE.test(path)) return;
  if (found?.isDirectory() === true) {
    throw new FlowFileError(
      `${file} is a folder. Name the file with the flow: ${file.replace(/\/?$/, '/')}FILE.ts:NAME`,
    );
  }
  if (found !== undefined)
    throw new FlowFileError(`${file} is neither TypeScript nor JavaScript (.ts, .mts, .js, .mjs …).`);
  const folder = dirname(path);
  if (!existsSync(folder)) throw new NotFoundError(`There is no file ${path}, nor its folder.`);
  const files = readdirSync(folder).filter((name) => FLOW_FILE.test(name));
  throw new NotFoundError(`There is no file ${path}. ${didYouMean(basename(path), files)}`);
}

/** Parameters are described, checked and coerced by way of zod 4's own description of a schema. */
function requireSchema(
  { name, parameters }: { readonly name: string; readonly parameters: unknown },
  file: string,
): void {
  if (typeof parameters === 'object' && parameters !== null && '_zod' in parameters) return;
  throw new FlowFileError(
    `The parameters of flow "${name}" in ${file} are no zod 4 schema. Write: parameters: z.strictObject({ … }), with z from zod 4.`,
  );
}
