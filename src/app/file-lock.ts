import { randomUUID } from 'node:crypto';
import { link, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { z } from 'zod';
import type { Clock } from '../core/clock.ts';
import { CancelledError } from '../core/errors.ts';
import { tryJson } from '../core/json.ts';
import { identifyProcess, livenessOf, type Liveness } from '../engine/this-process.ts';
import { processIdentitySchema } from '../registry/process-identity.ts';
import { discard, temporarySibling } from '../storage/atomic-write.ts';

/** A file that one process at a time has. */
export type FileLock = { release(): Promise<void> };

export type LockOptions = {
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** Called once, when another process has it. */
  readonly onWait?: () => void;
};

/**
 * Waits until nobody else has the lock file and takes it; a holder that has died has it no longer. Undefined when a process of
 * another machine has it: whether that lives cannot be told from here.
 * @throws the signal's reason.
 */
export async function waitForLock(path: string, options: LockOptions): Promise<FileLock | undefined> {
  const { clock, signal, onWait } = options;
  for (let waited = 0; ; waited += 1) {
    signal.throwIfAborted();
    const taken = await tryLock(path);
    if (taken !== 'held') return taken === 'elsewhere' ? undefined : taken;
    if (waited === 0) onWait?.();
    await clock.sleep(POLL_MS, signal);
  }
}

/** Takes the lock file if nobody has it, now. */
export async function tryLock(path: string): Promise<FileLock | 'held' | 'elsewhere'> {
  const nonce = randomUUID();
  const identity = identifyProcess();
  if (identity === undefined) throw new CancelledError('This process is ending.');
  const { host, bootId, pid, processStart } = identity;
  const temporary = temporarySibling(path);
  await mkdir(dirname(path), { recursive: true });
  await writeFile(temporary, JSON.stringify({ host, bootId, pid, processStart, nonce }));
  try {
    for (;;) {
      if (await linked(temporary, path)) return { release: () => rm(path, { force: true }) };
      const holder = await readHolder(path);
      if (holder === undefined) continue;
      const { liveness, nonce: theirs } = holder;
      if (liveness !== 'dead') return liveness === 'alive' ? 'held' : 'elsewhere';
      if (!(await removeDead(path, theirs))) return 'held';
    }
  } finally {
    await discard(temporary);
  }
}

const POLL_MS = 250;

const holderSchema = z.intersection(processIdentitySchema, z.object({ nonce: z.string() }));
type Holder = { readonly nonce: string; readonly liveness: Liveness };

async function linked(temporary: string, path: string): Promise<boolean> {
  try {
    await link(temporary, path);
    return true;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return false;
    throw error;
  }
}

/**
 * Undefined when it is gone. It is made by a link, so it is never there in part, but for a power cut: then nobody has it. Of one
 * that may not be read nothing can be told.
 */
async function readHolder(path: string): Promise<Holder | undefined> {
  try {
    const parsed = holderSchema.safeParse(tryJson(await readFile(path, 'utf8')));
    if (!parsed.success) return { nonce: 'unreadable', liveness: 'dead' };
    return { nonce: parsed.data.nonce, liveness: livenessOf(parsed.data) };
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    return { nonce: '', liveness: 'elsewhere' };
  }
}

/** Only who has the lock of a dead holder's name may remove its file: else two would, and the second removes a living one's. */
async function removeDead(path: string, nonce: string): Promise<boolean> {
  const right = await tryLock(`${path}.${nonce.slice(0, 8)}`);
  if (right === 'held' || right === 'elsewhere') return false;
  try {
    if ((await readHolder(path))?.nonce === nonce) await rm(path, { force: true });
    return true;
  } finally {
    await right.release();
  }
}
