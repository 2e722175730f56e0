import { afterEach, beforeEach, expect, test } from '@jest/globals';
import path from 'node:path';
import type { DeploymentSpec } from '../../../../src/core/deployment.ts';
import { systemClock, HOUR_MS, MINUTE_MS } from '../../../../src/core/clock.ts';
import { newDeploymentId, newScheduleId } from '../../../../src/core/ids.ts';
import type { Schedule } from '../../../../src/core/schedule.ts';
import { pauseDeployment, saveDeployment } from '../../../../src/registry/deployments.ts';
import { listFlowRuns } from '../../../../src/registry/flow-runs.ts';
import { openRegistry, type Registry } from '../../../../src/registry/open-registry.ts';
import { listSchedules, saveSchedule } from '../../../../src/registry/schedules.ts';
import { createWorkPool } from '../../../../src/registry/work-pools.ts';
import { Calculators } from '../../../../src/scheduling/scheduler/calculators.ts';
import { tick } from '../../../../src/scheduling/scheduler/tick.ts';
import { temporaryFolder } from '../../../helpers/dataset-files.ts';

const START = Date.parse('2026-03-01T00:00Z');
const at = (hours: number): number => START + hours * HOUR_MS;
const HOURLY: Schedule = { kind: 'cron', expression: '0 * * * *', timeZone: 'UTC', dayOr: true };

let registry: Registry;
let file: string;

beforeEach(async () => {
  file = path.join(await temporaryFolder(), 'registry.db');
  registry = await openRegistry({ path: file, clock: systemClock });
  await createWorkPool(registry.db, { name: 'default', concurrency: null, createdAt: START });
});

afterEach(() => registry.close());

async function deployed(spec: Partial<DeploymentSpec> = {}, schedules: readonly Schedule[] = [HOURLY]) {
  const id = newDeploymentId();
  await saveDeployment(registry.db, {
    ...{ id, name: 'night', flowName: 'pipeline', entrypoint: null, declaredIn: null, pool: 'default' },
    ...{ createdAt: START, updatedAt: START },
    spec: {
      ...{ parameters: { trials: 3, seed: 1 }, priority: 7, limits: ['gpu'], overlap: 'queue', catchUp: 'latest' },
      ...{ maxLatenessMs: 24 * HOUR_MS, crashRetries: 2, tags: ['nightly'], ...spec },
    },
  });
  for (const [index, schedule] of schedules.entries()) {
    const row = {
      id: newScheduleId(),
      deploymentId: id,
      name: String(index),
      schedule,
      pausedAt: null,
      createdAt: START,
    };
    await saveSchedule(registry.db, { ...row, parameters: { seed: 2 }, nextRunAt: at(1) });
  }
  return id;
}

const look = (now: number, db = registry.db) => tick(db, new Calculators(), { now, codeVersion: '1' });

async function runs(): Promise<[number, string][]> {
  const rows = await listFlowRuns(registry.db);
  return rows
    .map(({ state, createdAt }): [number, string] => [createdAt, state.kind])
    .sort(([left], [right]) => left - right);
}

test('a time that has come makes one run, with the parameters of deployment and schedule', async () => {
  await deployed();
  expect((await look(at(1) - 1)).made).toEqual([]);
  const { made } = await look(at(1) + 300);
  expect(made).toMatchObject([{ deployment: 'night', schedule: '0', scheduledFor: at(1) }]);
  const [run] = await listFlowRuns(registry.db);
  expect(run).toMatchObject({
    ...{
      flowName: 'pipeline',
      name: made[0]!.name,
      parameters: { trials: 3, seed: 2 },
      tags: ['nightly'],
      owner: null,
    },
    state: { kind: 'Scheduled', scheduledFor: at(1) },
  });
  expect((await look(at(1) + 900)).made).toEqual([]);
  expect((await listSchedules(registry.db))[0]!.nextRunAt).toBe(at(2));
});

test.each([
  ['all', [1, 2, 3, 4, 5]],
  ['latest', [5]],
  ['none', []],
] as const)('with catch-up %s a scheduler that was away makes up for %p', async (catchUp, hours) => {
  await deployed({ catchUp });
  const { made } = await look(at(5) + 30 * MINUTE_MS);
  expect(made.map(({ scheduledFor }) => scheduledFor)).toEqual(hours.map(at));
  expect((await listSchedules(registry.db))[0]!.nextRunAt).toBe(at(6));
});

test('a clock that jumps back makes no run twice, one that jumps forward loses none', async () => {
  await deployed({ catchUp: 'all' });
  const times: number[] = [];
  for (const hours of [1, 2, 0, 1, 2, 5, 3, 6]) {
    times.push(...(await look(at(hours) + 100)).made.map(({ scheduledFor }) => scheduledFor));
  }
  expect(times).toEqual([1, 2, 3, 4, 5, 6].map(at));
});

test('overlap: a run is queued behind an open one, skipped with the reason, or takes its place', async () => {
  await deployed({ overlap: 'skip' });
  await look(at(1));
  const { made } = await look(at(2));
  expect(made[0]!.skippedBecause).toMatch(/was still open \(overlap: skip\)/u);
  expect(await runs()).toEqual([
    [at(1), 'Scheduled'],
    [at(2), 'Skipped'],
  ]);
});

test('overlap cancel-running ends what still waits', async () => {
  await deployed({ overlap: 'cancel-running' });
  await look(at(1));
  await look(at(2));
  expect(await runs()).toEqual([
    [at(1), 'Cancelled'],
    [at(2), 'Scheduled'],
  ]);
});

test('schedulers that look at the same moment make one run between them', async () => {
  await deployed({}, [HOURLY, HOURLY, HOURLY, HOURLY]);
  const others = await Promise.all([1, 2, 3].map(() => openRegistry({ path: file, clock: systemClock })));
  const looks = await Promise.all([registry, ...others].map(({ db }) => look(at(1), db)));
  await Promise.all(others.map((other) => other.close()));
  expect(looks.flatMap(({ made }) => made)).toHaveLength(4);
  expect(await runs()).toHaveLength(4);
});

test('a paused deployment makes none, and a schedule that can no longer be read is given up and told', async () => {
  const id = await deployed({}, [HOURLY, { ...HOURLY, timeZone: 'Mars/Base' }]);
  await pauseDeployment(registry.db, id, START);
  expect((await look(at(1))).made).toEqual([]);
  await pauseDeployment(registry.db, id, null);
  const { made, problems } = await look(at(1));
  expect(made).toHaveLength(1);
  expect(problems).toEqual([
    expect.stringMatching(/Schedule 1 of night is given up: There is no time zone "Mars\/Base"/u),
  ]);
  expect((await look(at(1) + 1_000)).problems).toEqual([]);
});

test('hundreds of schedules that are due at once are all made', async () => {
  await deployed(
    {},
    Array.from({ length: 450 }, () => HOURLY),
  );
  expect((await look(at(1))).made).toHaveLength(450);
  expect((await look(at(1))).made).toHaveLength(0);
});
