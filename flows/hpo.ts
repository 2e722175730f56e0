import { createStudy, findTensorCache, flow, runTrials, summariseStudy } from '../src/index.ts';
import { hpoParameters } from './parameters/hpo.ts';

/** tensor cache ──▶ open study ──▶ trials, each a training in a process of its own ──▶ best trial */
export const hpo = flow(
  {
    name: 'hpo',
    description: 'Search hyper-parameters: train short trials and rank them by validation',
    parameters: hpoParameters,
  },
  async ({ tensorCache, study: name, workers, trials, maxRetries, failOnFailedTrials, systemMetrics, ...settings }) => {
    const cache = await findTensorCache({ tensorCache });
    const study = await createStudy({ cache, name, ...settings });
    await runTrials({ study, cache, workers, trials, maxRetries, failOnFailedTrials, systemMetrics });
    return summariseStudy({ study });
  },
);
