import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { isAlive } from './processes.ts';

/** A process that runs the flow of tests/fixtures/engine-flow.ts, hanging in its middle. */
export type HangingProcess = {
  readonly folder: string;
  readonly process: ChildProcess;
  /** The child that the hanging task started. */
  readonly childPid: number;
  /** What it printed, once it has ended. */
  readonly ended: Promise<string>;
};

/** Starts it in a folder of its own and waits until it hangs. */
export async function startHangingProcess(
  options: { readonly deaf?: boolean; readonly graceMs?: number; readonly leaseMs?: number } = {},
): Promise<HangingProcess> {
  const folder = await mkdtemp(path.join(tmpdir(), 'engine-'));
  await writeFile(path.join(folder, 'hang'), '');
  if (options.deaf === true) await writeFile(path.join(folder, 'deaf'), '');
  const script = fileURLToPath(new URL('../fixtures/engine-process.js', import.meta.url));
  const times = [options.graceMs ?? 2_000, options.leaseMs ?? 15_000].map(String);
  const child = spawn(process.execPath, [script, folder, ...times], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let printed = '';
  child.stdout.on('data', (data: Buffer) => (printed += data.toString()));
  const ended = once(child, 'close').then(() => printed);
  const pidFile = path.join(folder, 'child.pid');
  await until(() => existsSync(pidFile));
  await until(async () => (await readFile(pidFile, 'utf8')) !== '');
  return { folder, process: child, childPid: Number(await readFile(pidFile, 'utf8')), ended };
}

/** The executions of the fixture's tasks, in their order. */
export async function effectsIn(folder: string): Promise<string[]> {
  return (await readFile(path.join(folder, 'effects.txt'), 'utf8')).trim().split('\n');
}

/** Waits until the process is gone. */
export async function untilDead(pid: number): Promise<void> {
  await until(() => !isAlive(pid));
}

/** Waits for a condition, at most 20 seconds. */
export async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  const deadline = performance.now() + 20_000;
  while (!(await condition())) {
    if (performance.now() > deadline) throw new Error('The condition did not come true within 20 seconds.');
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
