import { copyFile, stat } from 'node:fs/promises';
import path from 'node:path';
import { NotFoundError } from '../../core/errors.ts';
import { hashJson } from '../../core/json.ts';
import { IDX_FILES, type IdxFileName } from '../idx/idx-files.ts';
import { datasetNameOf, resolveLocalPath, statLocal } from '../local-path.ts';
import type { SourceOpener } from '../source.ts';

/**
 * `idx:PATH`, a folder with the four files of MNIST's format (train and t10k, images and labels; plain or `.gz`). Its
 * version is the hash of their names, sizes and change times. Other files of the folder are not taken.
 */
export const openIdxSource: SourceOpener = (rest, { cwd }) => {
  const folder = resolveLocalPath(rest, cwd, 'idx');
  const source = `idx:${folder}`;
  return {
    address: source,
    describe: async (signal) => {
      signal.throwIfAborted();
      await statLocal(folder, source);
      const files = await findIdxFiles(folder);
      return {
        source,
        name: datasetNameOf(folder),
        title: `IDX files in ${folder}`,
        upstreamVersion: hashJson(files.map(({ file, bytes, modifiedAtMs }) => [file, bytes, modifiedAtMs])),
        synthetic: false,
        bytes: files.reduce((sum, { bytes }) => sum + bytes, 0),
        files: files.length,
      };
    },
    download: async (into, { signal, progress }) => {
      await statLocal(folder, source);
      const files = await findIdxFiles(folder);
      for (const [index, { file }] of files.entries()) {
        signal.throwIfAborted();
        await copyFile(path.join(folder, file), path.join(into, file));
        progress({ done: index + 1, total: files.length, unit: 'files' });
      }
      return { kind: 'folder', path: into, owned: true };
    },
  };
};

type FoundFile = { readonly file: string; readonly bytes: number; readonly modifiedAtMs: number };

async function findIdxFiles(folder: string): Promise<FoundFile[]> {
  const found = await Promise.all(IDX_FILES.map((name) => findIdxFile(folder, name)));
  const missing = IDX_FILES.filter((_, index) => found[index] === undefined);
  if (missing.length > 0) {
    throw new NotFoundError(
      `${folder} lacks ${missing.join(', ')} (plain or .gz). An idx source is a folder with these four files.`,
    );
  }
  return found.filter((file) => file !== undefined);
}

async function findIdxFile(folder: string, name: IdxFileName): Promise<FoundFile | undefined> {
  for (const file of [name, `${name}.gz`]) {
    const status = await stat(path.join(folder, file)).catch(() => undefined);
    if (status?.isFile() === true) return { file, bytes: status.size, modifiedAtMs: Math.round(status.mtimeMs) };
  }
  return undefined;
}
