import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import Database from 'better-sqlite3';
import { systemClock } from '../../src/core/clock.ts';
import { openRegistry } from '../../src/registry/open-registry.ts';

export type WriterReport = {
  readonly flowRuns: number;
  readonly taskRuns: number;
  readonly logs: number;
  readonly waitP50Ms: number;
  readonly waitP99Ms: number;
  readonly waitWorstMs: number;
  readonly stallP99Ms: number;
  readonly stallWorstMs: number;
};

export type CrowdReport = {
  readonly writers: readonly WriterReport[];
  readonly reads: number;
  /** What the registry holds afterwards. */
  readonly recorded: {
    readonly flowRuns: number;
    readonly taskRuns: number;
    readonly states: number;
    readonly logs: number;
  };
};

/** Lets processes write and read one registry for some seconds; rejects when one of them meets an error. */
export async function runCrowd(crowd: {
  readonly writers: number;
  readonly readers: number;
  readonly seconds: number;
}): Promise<CrowdReport> {
  const folder = mkdtempSync(path.join(tmpdir(), 'crowd-'));
  const script = fileURLToPath(new URL('../fixtures/crowd.js', import.meta.url));
  const start = async (role: 'writer' | 'reader'): Promise<unknown> => {
    const args = [script, role, folder, String(crowd.seconds)];
    const { stdout, stderr } = await promisify(execFile)(process.execPath, args);
    if (stderr !== '') throw new Error(stderr);
    return JSON.parse(stdout);
  };
  try {
    const file = path.join(folder, 'registry.db');
    await (await openRegistry({ path: file, clock: systemClock })).close();
    const [writers, readers] = await Promise.all([
      Promise.all(Array.from({ length: crowd.writers }, () => start('writer') as Promise<WriterReport>)),
      Promise.all(Array.from({ length: crowd.readers }, () => start('reader') as Promise<{ reads: number }>)),
    ]);
    const recorded = countRows(file);
    return { writers, reads: readers.reduce((sum, { reads }) => sum + reads, 0), recorded };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function countRows(file: string): CrowdReport['recorded'] {
  const database = new Database(file, { readonly: true });
  const count = (from: string): number => database.prepare(`select count(*) from ${from}`).pluck().get() as number;
  const recorded = {
    flowRuns: count(`flow_runs where state_kind = 'Completed'`),
    taskRuns: count(`task_runs where state_kind = 'Completed' and progress_json is not null`),
    states: count('state_history'),
    logs: count('logs'),
  };
  database.close();
  return recorded;
}
