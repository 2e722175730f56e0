import {
  evaluateModel,
  findStudy,
  flow,
  promoteModel,
  rankFinalists,
  saveModel,
  selectFinalists,
  summariseRegistration,
  trainFinalist,
} from '../src/index.ts';
import { registerParameters } from './parameters/register.ts';

/** study ──▶ best trials ──▶ train ──▶ rank by validation ──▶ evaluate on test ──▶ save version ──▶ gate ──▶ champion */
export const register = flow(
  {
    name: 'register',
    description: "Train a study's best, save it as a model version and promote it when it is better",
    parameters: registerParameters,
  },
  async ({ study: studyName, model, gate, finalists, ...training }) => {
    const study = await findStudy({ study: studyName });
    const chosen = await selectFinalists({ study, finalists });
    const trained = await trainFinalist.map(
      chosen.map((trial) => ({ study, trial, ...training })),
      { concurrency: 1 },
    );
    const best = await rankFinalists({ trained });
    const evaluation = await evaluateModel({ study, finalist: best });
    const version = await saveModel({ study, finalist: best, evaluation, model });
    const promotion = await promoteModel({ study, version, evaluation, gate });
    return summariseRegistration({ study, version, evaluation, promotion });
  },
);
