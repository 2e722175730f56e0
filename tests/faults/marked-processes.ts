import { readdirSync, readFileSync } from 'node:fs';

/** The environment variable by which a process and everything it started are found again. */
export const MARK = 'FAULTS_MARK';

export type MarkedProcess = { readonly pid: number; readonly command: string };

/** Living processes that inherited the mark, by /proc: also those that left their process group or lost their parent. */
export function markedProcesses(mark: string): MarkedProcess[] {
  const pids = readdirSync('/proc').filter((name) => /^\d+$/u.test(name));
  return pids.flatMap((name) => {
    if (!(read(name, 'environ') ?? '').split('\0').includes(`${MARK}=${mark}`)) return [];
    const stat = read(name, 'stat');
    if (stat === undefined || stat.slice(stat.lastIndexOf(')') + 2).startsWith('Z')) return [];
    return [{ pid: Number(name), command: (read(name, 'cmdline') ?? '').replaceAll('\0', ' ').trim() }];
  });
}

function read(pid: string, file: string): string | undefined {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'latin1');
  } catch {
    return undefined;
  }
}
