import path from 'node:path';
import Database from 'better-sqlite3';
import { systemClock } from '../../src/core/clock.ts';
import {
  newExperimentId,
  newFlowRunId,
  newStudyId,
  newTaskRunId,
  newTrainingRunId,
  newTrialId,
} from '../../src/core/ids.ts';
import { openRegistry } from '../../src/registry/open-registry.ts';

export type RegistrySize = {
  /** A fifth of them are pipelines, the others their subflow runs. */
  readonly flowRuns: number;
  readonly taskRunsEach: number;
  readonly trainingRuns: number;
};

/** What commands can be tried on. */
export type Generated = { readonly flowRunId: string; readonly experiment: string; readonly model: string };

/**
 * Fills the registry of a project folder as months of pipelines would: every task run with its result, every tenth with
 * its states, log lines, training runs with params and metrics, studies, models, datasets. Bulk inserts, without the engine.
 */
export async function generateRegistry(folder: string, size: RegistrySize): Promise<Generated> {
  const file = path.join(folder, '.mlflow-ts', 'registry.db');
  await (await openRegistry({ path: file, clock: systemClock })).close();
  const database = new Database(file);
  database.pragma('synchronous = off');
  database.pragma('foreign_keys = off');
  const flowRunId = database.transaction(() => {
    const last = insertRuns(database, size);
    insertTrainings(database, size.trainingRuns);
    insertModels(database);
    return last;
  })();
  database.pragma('wal_checkpoint(truncate)');
  database.close();
  return { flowRunId, experiment: 'experiment-0', model: 'model-0' };
}

const FLOWS = ['pipeline', 'collect', 'prep', 'hpo', 'register'];
const STARTED = Date.parse('2026-01-01T00:00:00Z');

function insertRuns(database: Database.Database, { flowRuns, taskRunsEach }: RegistrySize): string {
  const insertFlow = database.prepare(`insert into flow_runs (id, flow_name, name, state_kind, state_json, attempt,
    root_flow_run_id, parent_flow_run_id, call_key, parameters_json, tags_json, code_version, created_at, started_at,
    ended_at, heartbeat_seq) values (?, ?, ?, ?, ?, 1, ?, ?, ?, '{"seed":7}', '[]', '0.1.0', ?, ?, ?, 0)`);
  const insertTaskRuns = taskRunsInserter(database, taskRunsEach);
  let root = '';
  for (let run = 0; run < flowRuns; run += 1) {
    const [id, at, flow] = [newFlowRunId(), STARTED + run * 200_000, FLOWS[run % FLOWS.length]!];
    if (flow === 'pipeline') root = id;
    const kind = run % 50 === 0 ? 'Failed' : 'Completed';
    const state = kind === 'Failed' ? { kind, at, error: { name: 'E', code: 'DATA', message: 'm' } } : { kind, at };
    const parent = root === id ? null : root;
    const [call, json] = [parent === null ? null : `${flow}/${run}`, JSON.stringify(state)];
    insertFlow.run(id, flow, `${flow}-${id.slice(-8)}`, kind, json, root, parent, call, at, at, at + 100_000);
    insertTaskRuns(id, at);
  }
  return root;
}

function taskRunsInserter(database: Database.Database, count: number): (flowRunId: string, at: number) => void {
  const insertTask = database.prepare(`insert into task_runs (id, flow_run_id, flow_attempt, task_name, task_version,
    call_key, input_hash, input_json, name, state_kind, state_json, attempt, result_id, created_at, started_at, ended_at)
    values (?, ?, 1, ?, '1', '#0', ?, '{"n":1}', ?, 'Completed', ?, 1, ?, ?, ?, ?)`);
  const insertResult = database.prepare(
    `insert into results (id, task_name, value_json, bytes, created_at) values (?, ?, '{"n":2}', 7, ?)`,
  );
  const insertState =
    database.prepare(`insert into state_history (run_kind, run_id, attempt, state_kind, state_json, at)
    values ('task', ?, 1, ?, ?, ?)`);
  const insertLog = database.prepare(
    `insert into logs (flow_run_id, level, message, at) values (?, 'info', 'Epoch 3 of 12, validation 91.20 %', ?)`,
  );
  return (flowRunId, at) => {
    const done = JSON.stringify({ kind: 'Completed', at });
    for (let number = 0; number < count; number += 1) {
      const [task, name] = [newTaskRunId(), `task-${number}`];
      insertTask.run(task, flowRunId, name, task, name, done, task, at, at, at + 5_000);
      insertResult.run(task, name, at);
      if (number % 10 > 0) continue;
      for (const state of ['Pending', 'Running', 'Completed']) insertState.run(task, state, done, at);
      for (let line = 0; line < 3; line += 1) insertLog.run(flowRunId, at);
    }
  };
}

function insertTrainings(database: Database.Database, trainingRuns: number): void {
  const insertExperiment = database.prepare('insert into experiments (id, name, created_at) values (?, ?, ?)');
  const insertTraining = database.prepare(`insert into training_runs (id, experiment_id, name, status, code_version,
    started_at, ended_at) values (?, ?, ?, 'finished', '0.1.0', ?, ?)`);
  const insertParam = database.prepare('insert into params (training_run_id, key, value_json) values (?, ?, ?)');
  const insertMetric = database.prepare(
    'insert into metrics (training_run_id, key, step, value, at) values (?, ?, ?, ?, ?)',
  );
  const insertStudy =
    database.prepare(`insert into studies (id, name, experiment_id, dataset_version_id, tensor_cache_id,
    space_json, space_hash, sampler, seed, metric, direction, settings_json, state, created_at) values (?, ?, ?, 'd', 't',
    '{}', 'h', 'grid', 1, 'accuracy', 'maximize', '{}', 'finished', ?)`);
  const insertTrial =
    database.prepare(`insert into trials (id, study_id, number, params_json, config_hash, state, attempt,
    value, started_at, ended_at) values (?, ?, ?, '{"learningRate":0.001}', ?, 'complete', 1, 0.9, 1, 2)`);
  for (let experiment = 0; experiment < 20; experiment += 1) {
    const experimentId = newExperimentId();
    insertExperiment.run(experimentId, `experiment-${experiment}`, STARTED + experiment);
    for (let study = 0; study < Math.ceil(trainingRuns / 2_000); study += 1) {
      const id = newStudyId();
      insertStudy.run(id, `study-${study}`, experimentId, STARTED + study);
      for (let trial = 0; trial < 20; trial += 1) insertTrial.run(newTrialId(), id, trial, String(trial));
    }
    for (let run = 0; run < trainingRuns / 20; run += 1) {
      const [id, at] = [newTrainingRunId(), STARTED + run * 1_000];
      insertTraining.run(id, experimentId, `training-${run}`, at, at + 500);
      insertParam.run(id, 'engine', run % 3 === 0 ? '"cpu"' : '"onnx"');
      for (let key = 0; key < 6; key += 1) insertParam.run(id, `param-${key}`, String(run % 10));
      for (const key of ['accuracy', 'loss', 'validationAccuracy']) {
        for (let step = 1; step <= 5; step += 1) insertMetric.run(id, key, step, ((run * 7 + step) % 100) / 100, at);
      }
    }
  }
}

function insertModels(database: Database.Database): void {
  const insertModel = database.prepare('insert into registered_models (name, created_at) values (?, ?)');
  const insertVersion =
    database.prepare(`insert into model_versions (model_name, version, path, card_json, metrics_json,
    bytes, created_at) values (?, ?, ?, '{}', '{"testAccuracy":0.9}', 1000, ?)`);
  const insertAlias = database.prepare(
    `insert into model_aliases (model_name, alias, version, updated_at) values (?, 'champion', 1, 1)`,
  );
  const insertData =
    database.prepare(`insert into dataset_versions (id, name, source, upstream_version, layout, synthetic,
    class_names_json, files, samples, bytes, path, provenance_json, created_at) values (?, ?, 'sample:signs', '1',
    'image-folders', 1, '["a","b"]', 10, 10, 100, ?, '{}', ?)`);
  for (let model = 0; model < 20; model += 1) {
    insertModel.run(`model-${model}`, STARTED);
    for (let version = 1; version <= 10; version += 1) {
      insertVersion.run(`model-${model}`, version, `model-${model}/${version}`, STARTED);
    }
    insertAlias.run(`model-${model}`);
    insertData.run(`${model}`.padStart(64, '0'), `data-${model}`, `versions/${model}`, STARTED + model);
  }
}
