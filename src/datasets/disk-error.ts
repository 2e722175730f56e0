import { EnvironmentError } from '../core/errors.ts';

/** What was thrown while writing below `target`: a disk that does not take it becomes an EnvironmentError naming the place. */
export function translateDiskError(thrown: unknown, target: string): unknown {
  const code = thrown instanceof Error && 'code' in thrown ? String(thrown.code) : '';
  const reason = DISK_PROBLEMS[code];
  if (reason === undefined) return thrown;
  return new EnvironmentError(`Cannot write to ${target}: ${reason}.`, { cause: thrown, details: { path: target } });
}

const DISK_PROBLEMS: Readonly<Record<string, string>> = {
  ENOSPC: 'the disk is full; free some space and run again',
  EDQUOT: 'the disk quota is used up; free some space and run again',
  EFBIG: 'the file would be larger than this process may write (see ulimit -f)',
  EROFS: 'the file system is read-only',
  EACCES: 'permission is denied',
  EPERM: 'the operation is not permitted there',
};
