import { readdir, stat } from 'node:fs/promises';
import path from 'node:path';
import { DataError } from '../core/errors.ts';
import { runConcurrently } from './run-concurrently.ts';

export type WalkedFile = {
  /** Relative to the folder, parts joined by `/`. */
  readonly path: string;
  readonly bytes: number;
  readonly modifiedAtMs: number;
};

/**
 * All regular files below a folder, sorted by path in code unit order. Links to files are followed; links to folders are
 * refused with a DataError, because they may lead in circles or out of the dataset, as are links to nothing and names that are not
 * UTF-8: no manifest could name them. Sockets and devices are passed over.
 */
export async function walkFolder(folder: string, signal: AbortSignal): Promise<WalkedFile[]> {
  const found: WalkedFile[] = [];
  const waiting = [''];
  for (let at = waiting.pop(); at !== undefined; at = waiting.pop()) {
    signal.throwIfAborted();
    const entries = await readdir(path.join(folder, at), { withFileTypes: true }).catch(explain(folder, at));
    const files: string[] = [];
    for (const entry of entries) {
      const name = at === '' ? entry.name : `${at}/${entry.name}`;
      if (entry.isDirectory()) waiting.push(name);
      else if (entry.isFile() || entry.isSymbolicLink()) files.push(name);
    }
    for (const file of await runConcurrently(files, CONCURRENCY, signal, (name) => statFile(folder, name))) {
      found.push(file);
    }
  }
  return found.sort((left, right) => (left.path < right.path ? -1 : 1));
}

/** A folder may hold a hundred thousand files. */
const CONCURRENCY = 32;

async function statFile(folder: string, name: string): Promise<WalkedFile> {
  const status = await stat(path.join(folder, name)).catch(explain(folder, name));
  if (status.isDirectory()) {
    throw new DataError(
      `${path.join(folder, name)} is a link to a folder. Copy the folder there, or name it as source.`,
    );
  }
  return { path: name, bytes: status.size, modifiedAtMs: Math.round(status.mtimeMs) };
}

function explain(folder: string, name: string): (error: unknown) => never {
  return (error) => {
    if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) throw error;
    const why = name.includes(REPLACEMENT)
      ? 'has a name that is not UTF-8. Rename it, for example with convmv.'
      : 'is a link to nothing, or was removed just now. Remove the link, or collect again.';
    throw new DataError(`${path.join(folder, name)} ${why}`, { cause: error });
  };
}

/** What stands for bytes of a name that are no letters; a file may also be called so. */
const REPLACEMENT = '\ufffd';
