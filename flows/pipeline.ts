import { flow } from '../src/index.ts';
import { collect } from './collect.ts';
import { hpo } from './hpo.ts';
import { collectParameters } from './parameters/collect.ts';
import { hpoParameters } from './parameters/hpo.ts';
import { pipelineParameters } from './parameters/pipeline.ts';
import { prepParameters } from './parameters/prep.ts';
import { registerParameters } from './parameters/register.ts';
import { prep } from './prep.ts';
import { register } from './register.ts';

/** source ──collect──▶ dataset version ──prep──▶ tensor cache ──hpo──▶ study ──register──▶ model version, champion */
export const pipeline = flow(
  {
    name: 'pipeline',
    description: 'From a source to a promoted model: collect, prep, hpo and register, one after the other',
    parameters: pipelineParameters,
  },
  async (parameters) => {
    const version = await collect(collectParameters.strip().parse(parameters));
    const cache = await prep({ ...prepParameters.strip().parse(parameters), datasetVersion: version.id });
    const { study } = await hpo({ ...hpoParameters.strip().parse(parameters), tensorCache: cache.id });
    return register({ ...registerParameters.strip().parse(parameters), study: study.id });
  },
);
