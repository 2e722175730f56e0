import type { TrainingJob } from '../../src/app/training-job-schema.ts';

/** A training of a second or so on one thread. */
export function shortJob(cachePath: string, changes: Partial<TrainingJob> = {}): TrainingJob {
  return {
    cachePath,
    settings: {
      architecture: { name: 'dense', parameters: { units: 16 } },
      epochs: 4,
      batchSize: 16,
      learningRate: 0.01,
      optimizer: 'adam',
      seed: 7,
    },
    engine: 'auto',
    threads: 1,
    evaluateOn: [],
    ...changes,
  };
}

/** A training that does not end while a test looks. */
export function longJob(cachePath: string): TrainingJob {
  const job = shortJob(cachePath);
  return { ...job, settings: { ...job.settings, epochs: 1_000_000 } };
}
