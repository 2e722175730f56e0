import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Whether this user may mount a disk; where not, tests that need one are skipped visibly. */
export const canMount = tryMount();

/** Makes a folder, which exists, a disk of so many KiB in memory. */
export function mountSmallDisk(folder: string, kib: number): boolean {
  return spawnSync('mount', ['-t', 'tmpfs', '-o', `size=${kib}k`, 'tmpfs', folder]).status === 0;
}

/** Gives it more room; what is on it stays. */
export function growDisk(folder: string, kib: number): boolean {
  return spawnSync('mount', ['-t', 'tmpfs', '-o', `remount,size=${kib}k`, 'tmpfs', folder]).status === 0;
}

/** Takes the disk away, with what is on it. */
export function unmount(folder: string): void {
  spawnSync('umount', ['--lazy', folder]);
}

function tryMount(): boolean {
  const folder = mkdtempSync(join(tmpdir(), 'small-disk-'));
  const mounted = mountSmallDisk(folder, 64);
  if (mounted) unmount(folder);
  rmSync(folder, { recursive: true, force: true });
  return mounted;
}
