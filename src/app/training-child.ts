// The entry of a training child process (training-job.ts). It takes one job, answers in messages and leaves; when its parent
// dies the channel closes and it ends at once, whatever it was computing.
import { toRunError } from '../core/errors.ts';
import { train } from './train.ts';
import { trainingJobSchema, type ChildMessage } from './training-job-schema.ts';

process.once('message', (job: unknown) => void main(job));
process.once('disconnect', endNow);

async function main(job: unknown): Promise<void> {
  await tell(await lastWord(job));
  process.off('disconnect', endNow);
  process.disconnect();
}

async function lastWord(job: unknown): Promise<ChildMessage> {
  try {
    return { type: 'result', result: await train(trainingJobSchema.parse(job), (message) => void tell(message)) };
  } catch (error) {
    const { name, code, message, stack } = toRunError(error);
    return { type: 'failure', error: { name, code, message, ...(stack === undefined ? {} : { stack }) } };
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
