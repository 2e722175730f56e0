import { mkdtemp, rmdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, test } from '@jest/globals';
import { systemClock } from '../../../src/core/clock.ts';
import { startSystemSampler, type SystemSample } from '../../../src/app/system-metrics.ts';

const working = (ms: number): void => {
  for (const startedMs = performance.now(); performance.now() - startedMs < ms;);
};

/** One sample over 60 ms of work, taken because an epoch ends. */
async function sampleOfAnEpoch(folder: string): Promise<SystemSample> {
  const samples: SystemSample[] = [];
  const sampler = startSystemSampler(systemClock, folder, (sample) => samples.push(sample));
  sampler.seen(600);
  working(60);
  sampler.epochEnded();
  await sampler.stop();
  expect(samples).toHaveLength(1);
  return samples[0]!;
}

test('every epoch has a sample of process, machine and disk, in the units of the names', async () => {
  const folder = await mkdtemp(path.join(tmpdir(), 'system-metrics-'));
  const { step, metrics } = await sampleOfAnEpoch(folder);
  await rmdir(folder);
  expect(step).toBe(0);
  expect(Object.keys(metrics).sort()).toEqual([
    'system/cpu_utilization_percentage',
    'system/disk_available_megabytes',
    'system/disk_usage_megabytes',
    'system/disk_usage_percentage',
    'system/images_per_second',
    'system/process_cpu_utilization_percentage',
    'system/process_memory_usage_megabytes',
    'system/system_memory_usage_megabytes',
    'system/system_memory_usage_percentage',
  ]);
  expect(metrics['system/process_cpu_utilization_percentage']).toBeGreaterThan(10);
  expect(metrics['system/process_memory_usage_megabytes']).toBeGreaterThan(20);
  expect(metrics['system/images_per_second']).toBeLessThan(600 / 0.05);
  expect(metrics['system/images_per_second']).toBeGreaterThan(0);
  for (const name of ['system_memory', 'disk']) {
    expect(metrics[`system/${name}_usage_percentage`]).toBeGreaterThan(0);
    expect(metrics[`system/${name}_usage_percentage`]).toBeLessThanOrEqual(100);
  }
});

test('a file system that does not say leaves the rest', async () => {
  const { metrics } = await sampleOfAnEpoch('/no/such/folder');
  expect(Object.keys(metrics).filter((name) => name.includes('disk'))).toEqual([]);
  expect(metrics).toHaveProperty('system/cpu_utilization_percentage');
});
