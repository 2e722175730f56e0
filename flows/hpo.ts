import {
  createStudy,
  extractFeatures,
  findTensorCache,
  flow,
  plotStudy,
  runTrials,
  summariseStudy,
} from '../src/index.ts';
import { hpoParameters } from './parameters/hpo.ts';

/** tensor cache ──▶ features, with a backbone ──▶ open study ──▶ trials, each a training in a process of its own ──▶ plots, best trial */
export const hpo = flow(
  {
    name: 'hpo',
    description: 'Search hyper-parameters: train short trials and rank them by validation',
    parameters: hpoParameters,
  },
  async ({ tensorCache, study: name, workers, trials, maxRetries, failOnFailedTrials, systemMetrics, ...given }) => {
    const cache = await findTensorCache({ tensorCache });
    const { backbone, augmentedCopies, augmentation, ...settings } = given;
    const copies = { augmentedCopies, augmentation, seed: settings.seed };
    const features =
      backbone === undefined ? undefined : await extractFeatures({ cache, backbone, ...copies, threads: workers });
    const study = await createStudy({ cache, features, name, ...settings });
    await runTrials({ study, cache, workers, trials, maxRetries, failOnFailedTrials, systemMetrics });
    await plotStudy({ study });
    return summariseStudy({ study });
  },
);
