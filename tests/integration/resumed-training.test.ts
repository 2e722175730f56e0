import { beforeAll, expect, test } from '@jest/globals';
import type { ChildProcess } from 'node:child_process';
import { mkdir, mkdtemp, readdir, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { checkpointsDirOf } from '../../src/app/checkpoints.ts';
import { findGarbage } from '../../src/app/garbage/collect-garbage.ts';
import { recordTraining } from '../../src/app/record-training.ts';
import { runTrainingJob } from '../../src/app/training-job.ts';
import type { TrainingJob, TrainingJobResult } from '../../src/app/training-job-schema.ts';
import { flow, task } from '../../src/app/flow-api.ts';
import { systemClock } from '../../src/core/clock.ts';
import type { DatasetVersionId, TensorCacheId } from '../../src/core/ids.ts';
import type { Logger } from '../../src/core/logger.ts';
import { runFlow } from '../../src/engine/run-flow.ts';
import { getOrCreateExperiment } from '../../src/registry/experiments.ts';
import { listMetrics } from '../../src/registry/metrics.ts';
import { listTrainingRuns } from '../../src/registry/training-runs.ts';
import type { EpochMetrics } from '../../src/training/training-settings.ts';
import { temporaryProject } from '../helpers/project.ts';
import { tensorCacheOfHalves } from '../helpers/tensor-caches.ts';
import { shortJob } from '../helpers/training-jobs.ts';
import { z } from 'zod';

let cachePath: string;
let undisturbed: Trained;

beforeAll(async () => {
  cachePath = await tensorCacheOfHalves();
  undisturbed = await train({});
});

type Trained = {
  readonly result: TrainingJobResult;
  readonly told: readonly EpochMetrics[];
  readonly warnings: readonly string[];
  readonly weights: Buffer;
};

/** A training with dropout and augmentation, so that the states of generators are part of what must be kept. */
function job(changes: Partial<TrainingJob>): TrainingJob {
  const base = shortJob(cachePath, changes);
  const architecture = { name: 'dense', parameters: { units: 16, dropout: 0.3 } };
  const augmentation = { flip: false, shift: 0.1, rotation: 10, brightness: 0.1, noise: 0.05 };
  return { ...base, settings: { ...base.settings, architecture, augmentation } };
}

async function train(changes: Partial<TrainingJob>): Promise<Trained> {
  const saveTo = path.join(await mkdtemp(path.join(tmpdir(), 'resumed-')), 'model');
  const told: EpochMetrics[] = [];
  const warnings: string[] = [];
  const ignored = (): void => undefined;
  const log: Logger = { debug: ignored, info: ignored, warn: (message) => warnings.push(message), error: ignored };
  const result = await runTrainingJob(job({ ...changes, saveTo }), { log, onEpoch: (metrics) => told.push(metrics) });
  return { result, told, warnings, weights: await readFile(path.join(saveTo, 'layers', 'weights.bin')) };
}

/** Kills the training's process once this many epochs are told; gives what was told. */
async function trainAndKill(changes: Partial<TrainingJob>, epochs: number): Promise<EpochMetrics[]> {
  const told: EpochMetrics[] = [];
  let child: ChildProcess | undefined;
  const training = runTrainingJob(job(changes), {
    register: (started) => (child = started),
    onEpoch: (metrics) => {
      told.push(metrics);
      if (told.length === epochs) child!.kill('SIGKILL');
    },
  });
  await expect(training).rejects.toThrow('was killed by SIGKILL');
  return told;
}

test('a killed training goes on after its last epoch and ends with the weights of an undisturbed one', async () => {
  const checkpoint = path.join(await mkdtemp(path.join(tmpdir(), 'checkpoint-')), 'training.safetensors');
  const before = await trainAndKill({ checkpoint }, 2);
  const after = await train({ checkpoint });
  // Equal to the last digit, times too: the epochs that were told were not done a second time.
  expect(after.told.slice(0, before.length)).toEqual(before);
  expect(after.told.map(({ epoch }) => epoch)).toEqual([1, 2, 3, 4]);
  expect(after.result.history).toEqual(after.told);
  expect(after.weights.equals(undisturbed.weights)).toBe(true);
  expect(after.warnings).toEqual([]);
});

test('a task that is retried after its training was killed records every epoch once and leaves no checkpoint', async () => {
  const { services } = await temporaryProject();
  const { db } = services.registry;
  const experiment = await getOrCreateExperiment(db, { name: 'resumed', at: 1 });
  let kills = 0;
  const training = task({ name: 'train', retries: { limit: 1, delay: [1] } }, async (_input, context) => {
    let child: ChildProcess | undefined;
    const { trainingRunId } = await recordTraining(
      {
        name: 'resumed',
        experimentId: experiment.id,
        datasetVersionId: 'dataset' as DatasetVersionId,
        tensorCacheId: 'cache' as TensorCacheId,
        job: job({}),
      },
      {
        context: {
          ...context,
          children: {
            register: (started, what) => {
              child = started;
              context.children.register(started, what);
            },
          },
        },
        signal: context.signal,
        onEpoch: ({ epoch }) => {
          if (epoch !== 2 || kills > 0) return;
          kills += 1;
          child!.kill('SIGKILL');
        },
      },
    );
    return trainingRunId;
  });
  const whole = flow({ name: 'whole', parameters: z.object({}) }, () => training());
  const outcome = await runFlow(whole, {}, { ...services, services });
  expect(outcome.flowRun.state.kind).toBe('Completed');
  expect(kills).toBe(1);
  const runs = await listTrainingRuns(db, { flowRunId: outcome.flowRun.id });
  expect(runs.map(({ status }) => status).sort()).toEqual(['failed', 'finished']);
  const losses = await listMetrics(db, runs.find(({ status }) => status === 'finished')!.id, 'validationLoss');
  expect(losses.map(({ step, value }) => [step, value])).toEqual(
    undisturbed.told.map(({ epoch, validationLoss }) => [epoch, validationLoss]),
  );
  // A process that is killed while it writes leaves its temporary file, which `data gc` knows.
  const left = await readdir(checkpointsDirOf(services));
  expect(left.filter((name) => name.endsWith('.safetensors'))).toEqual([]);
});

test('retention: a checkpoint that nobody goes on from is garbage after a week', async () => {
  const { services } = await temporaryProject();
  const file = path.join(checkpointsDirOf(services), 'forgotten.safetensors');
  await mkdir(path.dirname(file), { recursive: true });
  await writeFile(file, 'x'.repeat(100));
  expect(await findGarbage(services, 0)).toEqual([]);
  const inDays = (days: number) => ({
    ...services,
    clock: { ...systemClock, now: () => systemClock.now() + days * 86_400_000 },
  });
  expect(await findGarbage(inDays(6), 0)).toEqual([]);
  expect(await findGarbage(inDays(8), 0)).toMatchObject([{ kind: 'checkpoint', path: file, bytes: 100 }]);
});
