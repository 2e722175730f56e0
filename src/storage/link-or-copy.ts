import { constants, copyFile, link } from 'node:fs/promises';

/** Gives a file another name: a hard link, or a copy where the file system cannot. */
export async function linkOrCopy(file: string, target: string): Promise<void> {
  try {
    await link(file, target);
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : '';
    if (!CANNOT_LINK.includes(code)) throw error;
    await copyFile(file, target, constants.COPYFILE_FICLONE);
  }
}

const CANNOT_LINK = ['EXDEV', 'EPERM', 'ENOTSUP', 'ENOSYS', 'EMLINK', 'EACCES'];
