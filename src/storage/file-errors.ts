import { EnvironmentError } from '../core/errors.ts';

/**
 * What the operating system reports about the machine (disk full, no permission, read-only, too many open files) as an
 * EnvironmentError with the path and a remedy; every other error as it is.
 */
export function explainFileError(error: unknown, path: string, action: 'read' | 'write' = 'write'): unknown {
  const code = errorCode(error);
  if (code === undefined) return error;
  const remedy = action === 'read' && forbidden.includes(code) ? mayNotRead : remedies[code];
  if (remedy === undefined) return error;
  return new EnvironmentError(`Cannot ${action} ${path}: ${remedy}`, { cause: error, details: { path, code } });
}

function errorCode(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined;
  const { code } = error as Error & { code?: unknown };
  return typeof code === 'string' ? code : undefined;
}

const forbidden = ['EACCES', 'EPERM'];

const mayNotRead = 'permission denied. Give yourself permission to read it and to look into its folders.';

const noPermission = 'permission denied. Give yourself write permission on its folder, or name another folder.';

const fileInTheWay = 'a part of its path is a file, not a folder. Move that file away, or name another folder.';

const remedies: Readonly<Record<string, string>> = {
  ENOSPC: 'the disk is full. Free some space and try again.',
  EDQUOT: 'your disk quota is used up. Free some space and try again.',
  EFBIG: 'the file would be larger than the limit for files (`ulimit -f`). Raise the limit and try again.',
  EACCES: noPermission,
  EPERM: noPermission,
  EROFS: 'the file system is mounted read-only. Name a folder on another one.',
  ENOTDIR: fileInTheWay,
  EEXIST: fileInTheWay,
  EISDIR: 'there is a folder of that name. Move it away, or name another file.',
  EMFILE: 'too many files are open. Raise the limit (`ulimit -n`) and try again.',
  ENFILE: 'too many files are open on this machine. Close some programs and try again.',
  EIO: 'the disk reports an error. Check the disk.',
};
