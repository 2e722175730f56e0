// The entry of a training child process (training-job.ts). It takes one job, answers in messages and leaves; when its parent
// dies the channel closes and it ends at once, whatever it was computing.
import { systemClock } from '../core/clock.ts';
import { toRunError } from '../core/errors.ts';
import { startSystemSampler } from './system-metrics.ts';
import { train } from './train.ts';
import {
  trainingJobSchema,
  type ChildMessage,
  type TrainingJob,
  type TrainingJobResult,
} from './training-job-schema.ts';

process.once('message', (job: unknown) => void main(job));
process.once('disconnect', endNow);

async function main(job: unknown): Promise<void> {
  await tell(await lastWord(job));
  process.off('disconnect', endNow);
  process.disconnect();
}

async function lastWord(job: unknown): Promise<ChildMessage> {
  try {
    return { type: 'result', result: await trainWatched(trainingJobSchema.parse(job)) };
  } catch (error) {
    const { name, code, message, stack, details } = toRunError(error);
    const more = { ...(stack === undefined ? {} : { stack }), ...(details === undefined ? {} : { details }) };
    return { type: 'failure', error: { name, code, message, ...more } };
  }
}

/** Trains, and tells about the machine meanwhile where the job asks for it. */
async function trainWatched(job: TrainingJob): Promise<TrainingJobResult> {
  const { systemMetricsOf } = job;
  if (systemMetricsOf === undefined) return train(job, (message) => void tell(message));
  const sampler = startSystemSampler(
    systemClock,
    systemMetricsOf,
    (sample) => void tell({ type: 'system', ...sample }),
  );
  // Epochs that are told before any progress is were trained by an earlier attempt.
  let [resumedEpochs, begun] = [0, false];
  try {
    return await train(job, (message) => {
      void tell(message);
      if (message.type === 'epoch' && begun) sampler.epochEnded();
      if (message.type === 'epoch' && !begun) resumedEpochs += 1;
      if (message.type !== 'progress') return;
      begun = true;
      const { done, total = 0 } = message.progress;
      sampler.seen(done - (resumedEpochs * total) / job.settings.epochs);
    });
  } finally {
    await sampler.stop();
  }
}

function tell(message: ChildMessage): Promise<void> {
  return new Promise((resolve) => {
    if (process.connected) process.send?.(message, undefined, undefined, () => resolve());
    else resolve();
  });
}

function endNow(): void {
  process.kill(process.pid, 'SIGKILL');
}
