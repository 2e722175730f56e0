import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { beforeAll, expect, test } from '@jest/globals';
import type { FlowRunId } from '../../../src/core/ids.ts';
import { listDatasetVersions } from '../../../src/registry/dataset-versions.ts';
import { listModelVersions } from '../../../src/registry/model-versions.ts';
import { listPromotionDecisions } from '../../../src/registry/promotion-decisions.ts';
import { drawCorners, SHORT, temporaryProject, type TestProject } from '../../helpers/project.ts';

// A process that is killed between the work of a task and the record of its end leaves the work done and the task Crashed.

/** Makes a completed flow run look as if its process had been killed right after the work of this task. */
async function forgetEndOf(project: TestProject, flowRunId: FlowRunId, taskName: string): Promise<void> {
  const { db } = project.services.registry;
  const crash = { state_kind: 'Crashed', state_json: JSON.stringify({ kind: 'Crashed', at: 1, reason: 'killed' }) };
  const tasks = db.selectFrom('task_runs').select('id').where('task_name', '=', taskName);
  const { id } = await tasks.where('flow_run_id', '=', flowRunId).executeTakeFirstOrThrow();
  await db.deleteFrom('task_runs').where('flow_run_id', '=', flowRunId).where('id', '>', id).execute();
  await db.deleteFrom('state_history').where('run_id', '=', id).where('state_kind', '=', 'Completed').execute();
  await db
    .updateTable('task_runs')
    .set({ ...crash, result_id: null })
    .where('id', '=', id)
    .execute();
  await db
    .updateTable('flow_runs')
    .set({ ...crash, result_json: null })
    .where('id', '=', flowRunId)
    .execute();
}

test('retry/resume: a dataset whose download was tidied up already is taken as it was extracted', async () => {
  const project = await temporaryProject();
  const first = await project.run('collect', { source: 'sample:signs?perClass=2' });
  await forgetEndOf(project, first.flowRun.id, 'extract-dataset');

  const again = await project.retry('collect', first.flowRun.id);
  expect(again).toMatchObject({ flowRun: { attempt: 2, state: { kind: 'Completed' } } });
  expect(again.executed).toEqual(['extract-dataset']);
  expect(again.result).toEqual(first.result);
  expect(await listDatasetVersions(project.services.registry.db)).toHaveLength(1);
  expect(await readdir(path.join(project.services.project.dataDir, 'downloads'))).toEqual([]);
});

let project: TestProject;
beforeAll(async () => {
  project = await temporaryProject();
  await drawCorners(path.join(project.folder, 'corners', 'train'), 30);
  await drawCorners(path.join(project.folder, 'corners', 'test'), 4, 100);
  await project.run('collect', { source: 'folder:corners' });
  await project.run('prep', { imageSize: 16, decodeWorkers: 1 });
  await project.run('hpo', { space: SHORT.space, trialEpochs: 1, study: 'one', trials: 1 });
});

test('retry/resume: a model is saved once and promoted once, whichever of the last tasks was cut off', async () => {
  const { services, run, retry } = project;
  const { db } = services.registry;
  const first = await run('register', { study: 'one', model: 'once', epochs: SHORT.epochs, threads: 1 });
  expect(first.result).toMatchObject({ promotion: { decision: 'promoted' } });
  for (const task of ['summarise-registration', 'promote-model', 'save-model']) {
    await forgetEndOf(project, first.flowRun.id, task);
    const again = await retry('register', first.flowRun.id);
    expect([task, again.result]).toEqual([task, first.result]);
  }
  expect(await listModelVersions(db, { modelName: 'once' })).toHaveLength(1);
  expect(await listPromotionDecisions(db, 'once')).toMatchObject([{ decision: 'promoted', championVersion: null }]);
});
