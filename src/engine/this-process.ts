import { execFileSync } from 'node:child_process';
import { readFileSync, readlinkSync } from 'node:fs';
import { hostname } from 'node:os';
import type { ProcessIdentity } from '../registry/process-identity.ts';
import { attempt } from '../core/attempt.ts';

/** Whether a recorded process lives, as far as can be told from here. */
export type Liveness = 'alive' | 'dead' | 'elsewhere';

type ProcessFacts = {
  readonly start: string;
  readonly group: number | undefined;
  /** As `ps` shows it: R, S, T (stopped), Z (zombie) …; empty where the system does not tell. */
  readonly state: string;
};

/** The identity of a process on this machine (default: this one), or undefined when there is none with this pid. */
export function identifyProcess(pid = process.pid): (ProcessIdentity & { readonly processGroup?: number }) | undefined {
  const facts = readFacts(pid);
  if (facts === undefined || facts.state === 'Z') return undefined;
  return {
    host: hostName(),
    bootId: bootId(),
    pid,
    processStart: facts.start,
    ...(facts.group === undefined ? {} : { processGroup: facts.group }),
  };
}

/** Whether the process still lives; only its own host can tell. */
export function livenessOf(owner: ProcessIdentity): Liveness {
  if (owner.host !== hostName()) return 'elsewhere';
  if (owner.bootId !== bootId()) return 'dead';
  return identifyProcess(owner.pid)?.processStart === owner.processStart ? 'alive' : 'dead';
}

/** Whether a process of this host is stopped (SIGSTOP, Ctrl-Z, a debugger): it lives and does nothing. */
export function isStopped(pid: number): boolean {
  return readFacts(pid)?.state.toUpperCase() === 'T';
}

/** The kernel's number of the first pid namespace (PROC_PID_INIT_INO); another one means that pids here are a container's. */
const FIRST_PID_NAMESPACE = 'pid:[4026531836]';

/** The host's name; in a container with pids of its own also which, because containers may share the name. */
function hostName(): string {
  const namespace = attempt(() => readlinkSync('/proc/self/ns/pid')) ?? FIRST_PID_NAMESPACE;
  return namespace === FIRST_PID_NAMESPACE ? hostname() : `${hostname()}/${namespace}`;
}

/** Changes with every start of the machine; where the system does not tell, pid and start time have to do. */
function bootId(): string {
  return attempt(() => readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()) ?? 'unknown';
}

function readFacts(pid: number): ProcessFacts | undefined {
  return process.platform === 'linux' ? readProc(pid) : askPs(pid);
}

/** Fields after the command name in proc(5) stat: 0 state, 2 process group, 19 start time in clock ticks since boot. */
function readProc(pid: number): ProcessFacts | undefined {
  const text = attempt(() => readFileSync(`/proc/${pid}/stat`, 'utf8'));
  if (text === undefined) return undefined;
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  return { start: fields[19] ?? '', group: Number(fields[2]), state: fields[0] ?? '' };
}

function askPs(pid: number): ProcessFacts | undefined {
  if (process.platform === 'win32') return signalable(pid) ? { start: '', group: undefined, state: '' } : undefined;
  const text = attempt(() =>
    execFileSync('ps', ['-o', 'pgid=,stat=,lstart=', '-p', String(pid)], { encoding: 'utf8' }),
  );
  const [group, state, ...start] = text?.trim().split(/\s+/) ?? [];
  if (group === undefined || state === undefined) return undefined;
  return { start: start.join(' '), group: Number(group), state: state.slice(0, 1) };
}

function signalable(pid: number): boolean {
  return attempt(() => process.kill(pid, 0)) ?? false;
}
