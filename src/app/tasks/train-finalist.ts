import type { TaskContext } from '../../engine/run-contexts.ts';
import { task } from '../flow-api.ts';
import type { AppServices } from '../services.ts';
import type { TrainFinalistInput, TrainedFinalist } from './bodies/train-finalist.ts';

export type { TrainFinalistInput, TrainedFinalist } from './bodies/train-finalist.ts';

/** Trains a chosen trial's settings on all training images, for more epochs; metrics of every epoch are recorded. */
export const trainFinalist = task(
  { name: 'train-finalist', runName: ({ trial }: TrainFinalistInput) => `train-finalist trial ${trial.number}` },
  async (input: TrainFinalistInput, context: TaskContext<AppServices>): Promise<TrainedFinalist> => {
    const { trainFinalistBody } = await import('./bodies/train-finalist.ts');
    return trainFinalistBody(input, context);
  },
);
