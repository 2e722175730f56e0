import { spawn } from 'node:child_process';

export type ChildEnd = { readonly code: number | null; readonly stderr: string };

/** Starts the command `count` times at once and waits until all have ended. */
export async function runChildren(count: number, command: string, args: readonly string[]): Promise<ChildEnd[]> {
  return Promise.all(Array.from({ length: count }, () => runChild(command, args)));
}

/** Runs one command; what it printed on stderr tells what went wrong. */
export async function runChild(command: string, args: readonly string[]): Promise<ChildEnd> {
  const child = spawn(command, args, { stdio: ['ignore', 'ignore', 'pipe'] });
  const stderr: Buffer[] = [];
  child.stderr.on('data', (chunk: Buffer) => stderr.push(chunk));
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => resolve({ code, stderr: Buffer.concat(stderr).toString() }));
  });
}
