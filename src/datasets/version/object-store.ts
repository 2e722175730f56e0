import { chmod, constants, copyFile, mkdir, rename, rm, stat, utimes } from 'node:fs/promises';
import path from 'node:path';
import { discard, temporarySibling } from '../../storage/atomic-write.ts';
import { sha256OfFile } from '../../storage/hash-file.ts';
import { linkOrCopy } from '../../storage/link-or-copy.ts';

/** Files by their content, under `<root>/ab/<sha256>`. An object never changes; versions hold hard links to objects. */
export interface ObjectStore {
  pathOf(sha256: string): string;
  /**
   * Takes a file in: an `owned` one becomes the object by a hard link, another is copied. The file stays where it is, so
   * that taking in a folder can begin anew after a crash. It is on the disk only once the version is synced. The content of an
   * owned file that is `known` is not read again, unless its size is another.
   */
  put(file: string, owned: boolean, known?: StoredObject): Promise<StoredObject>;
  /** Makes the object appear at `target`: a hard link, or a copy where the file system cannot. */
  place(sha256: string, target: string): Promise<void>;
}

export type StoredObject = { readonly sha256: string; readonly bytes: number };

/** The store under a folder, which is made when needed. */
export function openObjectStore(root: string): ObjectStore {
  const pathOf = (sha256: string) => path.join(root, sha256.slice(0, 2), sha256);
  const ensureFolder = rememberFolders();
  return {
    pathOf,
    put: async (file, owned, known) => {
      await ensureFolder(root);
      const taken = owned ? file : temporarySibling(path.join(root, 'incoming'));
      try {
        if (!owned) await copyFile(file, taken, constants.COPYFILE_FICLONE);
        const { size } = await stat(taken);
        const sha256 = owned && known?.bytes === size ? known.sha256 : await sha256OfFile(taken, size);
        const target = pathOf(sha256);
        await ensureFolder(path.dirname(target));
        const stored = { sha256, bytes: size };
        await takeIn({ file: taken, owned }, target, stored);
        return stored;
      } catch (error) {
        if (!owned) await discard(taken);
        throw error;
      }
    },
    place: async (sha256, target) => {
      await ensureFolder(path.dirname(target));
      await linkOrCopy(pathOf(sha256), target);
    },
  };
}

const READ_ONLY = 0o444;

function rememberFolders(): (folder: string) => Promise<void> {
  const made = new Set<string>();
  return async (folder) => {
    if (made.has(folder)) return;
    await mkdir(folder, { recursive: true });
    made.add(folder);
  };
}

/** An object under this name with another content was cut off by a crash, or damaged since: it is replaced. */
async function takeIn(
  { file, owned }: { readonly file: string; readonly owned: boolean },
  target: string,
  stored: StoredObject,
): Promise<void> {
  if ((await isWhole(target, stored)) && (await touch(target))) return owned ? undefined : rm(file, { force: true });
  await chmod(file, READ_ONLY);
  if (!owned) return rename(file, target);
  const temporary = temporarySibling(target);
  await linkOrCopy(file, temporary);
  await rename(temporary, target);
}

async function isWhole(object: string, { sha256, bytes }: StoredObject): Promise<boolean> {
  const present = await stat(object).catch(() => undefined);
  return present?.size === bytes && (await sha256OfFile(object, bytes).catch(() => undefined)) === sha256;
}

/** Tells who cleans up that the object is needed again; false when it is gone. */
async function touch(target: string): Promise<boolean> {
  const now = new Date();
  return utimes(target, now, now).then(
    () => true,
    (error: unknown) => codeOf(error) !== 'ENOENT',
  );
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : '';
}
