import { cp, mkdir, readdir, rename, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { ConflictError } from '../core/errors.ts';
import { temporarySibling } from '../storage/atomic-write.ts';
import { explainFileError } from '../storage/file-errors.ts';
import type { FoundModelVersion } from './find-model-version.ts';
import { CARD_FILE } from './model-card.ts';
import { zipFiles } from './zip-folder.ts';

/**
 * Copies a version to a folder, or to a zip file when the target ends in `.zip`. The copy appears whole or not at all.
 * @throws ConflictError when the target exists and `force` is not set, or is a folder of other things; EnvironmentError when the disk refuses.
 */
export async function exportModel(
  { folder, card }: FoundModelVersion,
  target: string,
  { force = false }: { readonly force?: boolean } = {},
): Promise<{ readonly path: string; readonly files: number }> {
  return exportFiles(folder, [CARD_FILE, ...card.files.map((file) => file.path)], target, { force });
}

/**
 * Copies these files of a folder, one of which is a model's JSON, to another folder or to a zip file.
 * @throws as `exportModel`.
 */
export async function exportFiles(
  folder: string,
  files: readonly string[],
  target: string,
  { force = false }: { readonly force?: boolean } = {},
): Promise<{ readonly path: string; readonly files: number }> {
  const final = path.resolve(target);
  await checkTarget(final, force);
  const temporary = temporarySibling(final);
  try {
    await mkdir(path.dirname(final), { recursive: true });
    if (final.endsWith('.zip')) await zipFiles(folder, files, temporary);
    else await copyFiles(folder, files, temporary);
    if (force) await rm(final, { recursive: true, force: true });
    await rename(temporary, final);
  } catch (error) {
    await rm(temporary, { recursive: true, force: true });
    throw explainFileError(error, final);
  }
  return { path: final, files: files.length };
}

async function copyFiles(folder: string, files: readonly string[], target: string): Promise<void> {
  for (const file of files) await cp(path.join(folder, file), path.join(target, file));
}

/** Only an earlier export, a file or an empty folder is replaced: nobody loses a folder of other things to a typing error. */
async function checkTarget(final: string, force: boolean): Promise<void> {
  const found = await stat(final).catch(() => undefined);
  if (found === undefined) return;
  if (!force) throw new ConflictError(`${final} exists already. Choose another target, or add --force to replace it.`);
  if (!found.isDirectory()) return;
  const entries = await readdir(final);
  if (entries.length > 0 && !entries.includes(CARD_FILE)) {
    throw new ConflictError(`${final} is a folder that holds no exported model; it is not replaced. Choose another target.`);
  }
}
