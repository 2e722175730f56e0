/** Whether an error is the machine's: a disk that is full or may not be written to. `code` is the system's or SQLite's. */
export function isMachineCode(code: unknown): boolean {
  return typeof code === 'string' && MACHINE_CODES.some((known) => code.startsWith(known));
}

const MACHINE_CODES = ['ENOSPC', 'EDQUOT', 'EROFS', 'SQLITE_FULL', 'SQLITE_READONLY', 'SQLITE_CANTOPEN'];
