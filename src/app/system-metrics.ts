import { statfs } from 'node:fs/promises';
import { cpus, freemem, totalmem } from 'node:os';
import { MINUTE_MS, SECOND_MS, type Clock } from '../core/clock.ts';

/** Under the names that MLflow gives them, where it has one. */
export const SYSTEM_PREFIX = 'system/';

/** Whether a metric tells of the machine and the process, not of the model. */
export function isSystemMetric(key: string): boolean {
  return key.startsWith(SYSTEM_PREFIX);
}

export type SystemSample = {
  /** Counted from 0, as MLflow's steps of system metrics are. */
  readonly step: number;
  readonly metrics: Readonly<Record<string, number>>;
};

export interface SystemSampler {
  /** Told how many images the training has seen in this process. */
  seen(images: number): void;
  /** Told at the end of an epoch: there is a sample in each. */
  epochEnded(): void;
  /** Nothing is reported once it has resolved. */
  stop(): Promise<void>;
}

/** Samples are a second apart for so long; after that there are as many in each further doubling of the time. */
const DENSE_MS = 10 * MINUTE_MS;
/** Shares of a shorter time than this say nothing. */
const SHORTEST_MS = 20;

/**
 * Samples this process and the machine it is on about every second, later less often, without waiting for anything: the
 * shares since the sample before of one core's time (so more than 100 % with several threads) and of all cores, memory, the
 * file system of `folder`, and images a second.
 */
export function startSystemSampler(
  clock: Clock,
  folder: string,
  report: (sample: SystemSample) => void,
): SystemSampler {
  const startedMs = clock.monotonicMs();
  let [step, images, sampledInEpoch] = [0, 0, false];
  let before = readCounters(clock, images);
  let timer: NodeJS.Timeout | undefined;
  let reported: Promise<void> = Promise.resolve();
  const sample = (): void => {
    const now = readCounters(clock, images);
    if (now.atMs - before.atMs < SHORTEST_MS) return;
    const used = usedBetween(before, now);
    const own = step;
    before = now;
    step += 1;
    sampledInEpoch = true;
    reported = readDisk(folder).then((disk) => {
      report({ step: own, metrics: finiteOf({ ...used, ...readMemory(), ...disk }) });
    });
  };
  const sampleSoon = (): void => {
    const waitMs = SECOND_MS * Math.max(1, (clock.monotonicMs() - startedMs) / DENSE_MS);
    timer = setTimeout(() => {
      sample();
      sampleSoon();
    }, waitMs).unref();
  };
  sampleSoon();
  return {
    seen: (total) => {
      // A sample of before, while the data was being read, tells nothing of the epoch.
      if (images === 0) sampledInEpoch = false;
      images = total;
    },
    epochEnded: () => {
      if (!sampledInEpoch) sample();
      sampledInEpoch = false;
    },
    stop: () => {
      clearTimeout(timer);
      return reported;
    },
  };
}

type Counters = {
  readonly atMs: number;
  readonly processMs: number;
  readonly busyMs: number;
  readonly machineMs: number;
  readonly images: number;
};

function readCounters(clock: Clock, images: number): Counters {
  const { user, system } = process.cpuUsage();
  const times = cpus().map((core) => core.times);
  const machineMs = times.reduce((sum, one) => sum + one.user + one.nice + one.sys + one.irq + one.idle, 0);
  const idleMs = times.reduce((sum, one) => sum + one.idle, 0);
  return {
    atMs: clock.monotonicMs(),
    processMs: (user + system) / 1_000,
    busyMs: machineMs - idleMs,
    machineMs,
    images,
  };
}

function usedBetween(before: Counters, now: Counters): Record<string, number> {
  const passedMs = now.atMs - before.atMs;
  return {
    'system/cpu_utilization_percentage': (100 * (now.busyMs - before.busyMs)) / (now.machineMs - before.machineMs),
    'system/process_cpu_utilization_percentage': (100 * (now.processMs - before.processMs)) / passedMs,
    'system/images_per_second': (1_000 * (now.images - before.images)) / passedMs,
  };
}

function readMemory(): Record<string, number> {
  const used = totalmem() - freemem();
  return {
    'system/process_memory_usage_megabytes': process.memoryUsage.rss() / MEGABYTE,
    'system/system_memory_usage_megabytes': used / MEGABYTE,
    'system/system_memory_usage_percentage': (100 * used) / totalmem(),
  };
}

/** Nothing where the file system does not say. */
async function readDisk(folder: string): Promise<Record<string, number>> {
  try {
    const { blocks, bfree, bavail, bsize } = await statfs(folder);
    const used = (blocks - bfree) * bsize;
    return {
      'system/disk_usage_megabytes': used / MEGABYTE,
      'system/disk_usage_percentage': (100 * used) / (used + bavail * bsize),
      'system/disk_available_megabytes': (bavail * bsize) / MEGABYTE,
    };
  } catch {
    return {};
  }
}

/** As MLflow counts them. */
const MEGABYTE = 1e6;

/** A clock of the machine that stood still gives 0 / 0. */
function finiteOf(metrics: Readonly<Record<string, number>>): Record<string, number> {
  return Object.fromEntries(Object.entries(metrics).filter(([, value]) => Number.isFinite(value)));
}
