import { createHash } from 'node:crypto';
import { rmSync, statSync } from 'node:fs';
import { copyFile, mkdir, open, readdir, readFile, rename, stat, utimes } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { DataError, NotFoundError } from '../core/errors.ts';
import type { Secrets } from '../core/secrets.ts';
import { assertNoSecretIn } from './assert-no-secret-in.ts';
import { discard, temporarySibling, writeFileAtomic } from './atomic-write.ts';
import { explainFileError } from './file-errors.ts';
import { sha256OfFile } from './hash-file.ts';
import { sizeOf } from './size-of.ts';
import { syncFolder } from './sync-folder.ts';

/** A file in the store: lower-case hex SHA-256 of its content, and its size. */
export type StoredFile = { readonly hash: string; readonly bytes: number };

/** Files under the hash of their content: written once, never changed, the same content kept once. */
export interface ArtifactStore {
  /**
   * @throws EnvironmentError when the machine refuses (disk full, no permission); nothing half-written stays. DataError for
   * bytes that hold a secret.
   */
  putBytes(bytes: Uint8Array): Promise<StoredFile>;
  /** Copies the file into the store. Throws as putBytes does. */
  putFile(path: string): Promise<StoredFile>;
  /** @throws NotFoundError when there is no such file; DataError when its content was changed. */
  read(hash: string): Promise<Buffer>;
  /** Where the file is, or would be. @throws NotFoundError when it is no hash. */
  pathOf(hash: string): string;
  /** Whether there is such a file. */
  has(hash: string): Promise<boolean>;
  /** In bytes; undefined when it is not there. */
  sizeOf(hash: string): Promise<number | undefined>;
  /** The hashes of all files in the store. */
  list(): Promise<string[]>;
  /**
   * Removes a file that was neither written nor asked to be kept again since a time (milliseconds UTC), and says how many
   * bytes that frees: undefined when it stays or is not there.
   */
  removeUntouched(hash: string, since: number): number | undefined;
}

/** A store in a folder: `<root>/<first two digits>/<hash>`. The folder is made with the first file. No secret gets in. */
export function createArtifactStore(root: string, secrets?: Secrets): ArtifactStore {
  const pathOf = (hash: string): string => {
    if (!SHA256.test(hash)) throw new NotFoundError(`${hash} is not the SHA-256 of a stored file.`);
    return join(root, hash.slice(0, 2), hash);
  };
  const has = async (hash: string): Promise<boolean> => (await sizeOf(pathOf(hash))) !== undefined;
  return {
    pathOf,
    has,
    sizeOf: (hash) => sizeOf(pathOf(hash)),
    putBytes: async (bytes) => {
      secrets?.assertNotIn(bytes, 'What is to be stored');
      const hash = createHash('sha256').update(bytes).digest('hex');
      const kept = (await sizeOf(pathOf(hash))) === bytes.byteLength && (await touch(pathOf(hash)));
      if (!kept) await writeFileAtomic(pathOf(hash), bytes);
      return { hash, bytes: bytes.byteLength };
    },
    putFile: async (path) => {
      if (secrets !== undefined) await assertNoSecretIn(path, secrets);
      return copyIntoStore(path, root, pathOf);
    },
    read: async (hash) => readChecked(pathOf(hash), hash),
    list: () => listHashes(root),
    removeUntouched: (hash, since) => removeUntouched(pathOf(hash), since),
  };
}

const SHA256 = /^[0-9a-f]{64}$/;

/** Tells who cleans up that the file is needed again; false when it is gone. */
async function touch(path: string): Promise<boolean> {
  const now = new Date();
  return utimes(path, now, now).then(
    () => true,
    () => false,
  );
}

async function listHashes(root: string): Promise<string[]> {
  const hashes: string[] = [];
  for (const folder of await readdir(root).catch(() => [])) {
    if (/^[0-9a-f]{2}$/.test(folder)) hashes.push(...(await readdir(join(root, folder))));
  }
  return hashes.filter((name) => SHA256.test(name));
}

/** Looked at and removed in one go, so that nobody touches it in between. */
function removeUntouched(path: string, since: number): number | undefined {
  const found = statSync(path, { throwIfNoEntry: false });
  if (found === undefined || found.mtimeMs >= since) return undefined;
  rmSync(path, { force: true });
  return found.size;
}

/** The copy is what is hashed: the file may be written to while it is read. */
async function copyIntoStore(path: string, root: string, pathOf: (hash: string) => string): Promise<StoredFile> {
  const temporary = temporarySibling(join(root, 'incoming'));
  try {
    await mkdir(root, { recursive: true });
    await copyFile(path, temporary);
    await syncFile(temporary);
    const hash = await sha256OfFile(temporary);
    const { size } = await stat(temporary);
    await mkdir(dirname(pathOf(hash)), { recursive: true });
    await rename(temporary, pathOf(hash));
    await syncFolder(dirname(pathOf(hash)));
    return { hash, bytes: size };
  } catch (error) {
    await discard(temporary);
    throw explainFileError(error, root);
  }
}

async function readChecked(path: string, hash: string): Promise<Buffer> {
  const bytes = await readFile(path).catch((error: unknown) => {
    throw new NotFoundError(`The stored file ${path} is missing. It was deleted; run the flow again to make it anew.`, {
      cause: error,
    });
  });
  if (createHash('sha256').update(bytes).digest('hex') === hash) return bytes;
  throw new DataError(
    `The stored file ${path} was changed: its SHA-256 is not its name. Delete it and run the flow again.`,
  );
}

async function syncFile(path: string): Promise<void> {
  const handle = await open(path, 'r+');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
