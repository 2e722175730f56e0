import { expect, test } from '@jest/globals';
import { statSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import { flow, task } from '../../src/app/flow-api.ts';
import { planPrune, previewPrune, prune } from '../../src/app/prune-runs.ts';
import { markFlowRunDeleted } from '../../src/registry/delete-flow-run.ts';
import { DAY_MS, systemClock, type Clock } from '../../src/core/clock.ts';
import type { FlowRunId } from '../../src/core/ids.ts';
import { runFlow } from '../../src/engine/run-flow.ts';
import { listFlowRuns } from '../../src/registry/flow-runs.ts';
import { insertModelVersion } from '../../src/registry/model-versions.ts';
import { temporaryProject, type TestProject } from '../helpers/project.ts';

const text = 'x'.repeat(300_000);
const write = task({ name: 'write' }, async ({ n }: { n: number }, { artifacts, log }) => {
  log.info(`writing ${n}`);
  await artifacts.markdown('note', 'some words');
  await artifacts.image('picture', Buffer.from(`picture ${n}`), 'image/png');
  return `${n} ${text}`;
});
const report = flow({ name: 'report', parameters: z.object({ n: z.int() }) }, async ({ n }) => {
  await write({ n });
  return null;
});

/** A run that ended some days ago. */
async function ranDaysAgo({ services }: TestProject, days: number, n: number): Promise<FlowRunId> {
  const clock: Clock = { ...systemClock, now: () => systemClock.now() - days * DAY_MS };
  const { registry, storage, secrets, random, codeVersion } = services;
  const runtime = { registry, storage, secrets, random, codeVersion, clock, services: { ...services, clock } };
  return (await runFlow(report, { n }, runtime)).flowRun.id;
}

const left = async ({ services }: TestProject): Promise<FlowRunId[]> =>
  (await listFlowRuns(services.registry.db)).map(({ id }) => id);

async function storedFiles({ services }: TestProject): Promise<number> {
  const entries = await readdir(services.project.artifactsDir, { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).length;
}

const monthOld = (): number => systemClock.now() - 30 * DAY_MS;
const base = { keep: 0, force: false };

test('retention: prune deletes what is older than told, keeps the newest, and does exactly what its preview says', async () => {
  const project = await temporaryProject();
  const { services } = project;
  const old: FlowRunId[] = [];
  for (let n = 0; n < 4; n += 1) old.push(await ranDaysAgo(project, 40 - n, n));
  const fresh = await ranDaysAgo(project, 1, 9);
  const filter = { ...base, endedBefore: monthOld(), keep: 2 };

  const plan = await planPrune(services, filter);
  expect(plan.runs.map(({ id }) => id)).toEqual(old.slice(0, 3));
  const preview = await previewPrune(services, plan);
  expect(await left(project)).toHaveLength(5);
  const pruned = await prune(services, plan);
  expect({ ...pruned, registryBytes: 0 }).toEqual({ ...preview, registryBytes: 0 });
  expect(pruned).toMatchObject({ flowRuns: 3, taskRuns: 3, artifacts: 6, results: 3, logs: 3, files: 6 });
  expect(await left(project)).toEqual([fresh, old[3]]);
  expect(await storedFiles(project)).toBe(4);
});

test('retention: a run whose model version is there stays, unless it is forced; an open one always stays', async () => {
  const project = await temporaryProject();
  const { services } = project;
  const id = await ranDaysAgo(project, 40, 1);
  const made = { modelName: 'signs', trainingRunId: null, flowRunId: id, datasetVersionId: null, path: 'signs/1' };
  await insertModelVersion(services.registry.db, { ...made, card: {}, metrics: {}, bytes: 1, createdAt: 1 });
  const filter = { ...base, endedBefore: systemClock.now() };
  expect(await planPrune(services, filter)).toMatchObject({ runs: [], kept: [{ id, madeModel: 'signs/1' }] });
  const forced = await planPrune(services, { ...filter, force: true });
  await services.registry.db.updateTable('flow_runs').set({ state_kind: 'Running' }).execute();
  expect((await prune(services, forced)).flowRuns).toBe(0);
  expect(await left(project)).toEqual([id]);
});

test('retention: a deletion that was stopped in its middle is gone from every list, and the next one finishes it', async () => {
  const project = await temporaryProject();
  const { services } = project;
  const id = await ranDaysAgo(project, 40, 1);
  await markFlowRunDeleted(services.registry.db, id, 1);
  expect(await left(project)).toEqual([]);
  expect(await prune(services, { runs: [], kept: [] })).toMatchObject({ flowRuns: 1, taskRuns: 1, files: 2 });
});

test('retention: a stored file that a recorded result names by its hash stays', async () => {
  const project = await temporaryProject();
  const { services } = project;
  const { registry } = services;
  const id = await ranDaysAgo(project, 40, 1);
  const { hash } = await services.storage.putBytes(Buffer.from('picture 1'));
  const other = await ranDaysAgo(project, 1, 2);
  await registry.db
    .updateTable('flow_runs')
    .set({ result_json: JSON.stringify({ hash }) })
    .where('id', '=', other)
    .execute();
  const plan = await planPrune(services, { ...base, endedBefore: monthOld() });
  expect(plan.runs.map((run) => run.id)).toEqual([id]);
  const preview = await previewPrune(services, plan);
  expect(preview.files).toBe(1);
  expect((await prune(services, plan)).files).toBe(1);
  expect(await services.storage.has(hash)).toBe(true);
});

test('retention: the registry file shrinks when runs are pruned', async () => {
  const project = await temporaryProject();
  const { services } = project;
  const id = await ranDaysAgo(project, 40, 1);
  const line = {
    flow_run_id: id,
    task_run_id: null,
    level: 'info',
    message: 'm'.repeat(1_000),
    data_json: null,
    at: 1,
  };
  const lines = Array.from({ length: 50 }, () => line);
  for (let batch = 0; batch < 60; batch += 1) await services.registry.db.insertInto('logs').values(lines).execute();
  const plan = await planPrune(services, { ...base, endedBefore: monthOld() });
  const { registryBytes } = await prune(services, plan);
  expect(registryBytes).toBeGreaterThan(3_000_000);
  expect(statSync(path.join(services.project.home, 'registry.db')).size).toBeLessThan(1_000_000);
});
