import { z } from 'zod';
import { collectParameters } from './collect.ts';
import { hpoParameters } from './hpo.ts';
import { prepParameters } from './prep.ts';
import { registerParameters } from './register.ts';

/** What `pipeline` takes: everything its four flows take, but what one of them hands to the next. */
export const pipelineParameters = z.strictObject({
  ...collectParameters.shape,
  ...prepParameters.omit({ datasetVersion: true }).shape,
  ...registerParameters.omit({ study: true }).shape,
  ...hpoParameters.omit({ tensorCache: true }).shape,
});
