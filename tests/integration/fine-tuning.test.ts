import path from 'node:path';
import { beforeAll, expect, test } from '@jest/globals';
import { showExperiment } from '../../src/app/experiments.ts';
import { listTrials } from '../../src/app/trials.ts';
import { drawCorners, SHORT, temporaryProject, type TestProject } from '../helpers/project.ts';

let project: TestProject;
beforeAll(async () => {
  project = await temporaryProject();
  await drawCorners(path.join(project.folder, 'corners'), 12);
  await project.run('collect', { source: 'folder:corners' });
  await project.run('prep', { imageSize: 16, decodeWorkers: 1, testShare: 0.3 });
  const space = { learningRate: { choice: [0.01] }, filters: { choice: [4] }, blocks: { choice: [1] } };
  await project.run('hpo', { space, trialEpochs: 1, study: 'first' });
  await project.run('register', { study: 'first', model: 'corner-model', epochs: 1, threads: SHORT.threads });
});

test('a study and its final training begin with the weights of a registered model and free them after the frozen epochs', async () => {
  const space = { learningRate: { choice: [0.01] }, frozenEpochs: { choice: [1] } };
  const study = { space, trialEpochs: 2, study: 'tuned', initialModel: 'corner-model/1' };
  const searched = await project.run('hpo', study);
  expect(searched).toMatchObject({ result: { study: { complete: 1, failed: 0 } } });
  const { trials } = await listTrials(project.services, 'tuned');
  expect(trials[0]).toMatchObject({ state: 'complete' });

  const { trainingRuns } = await showExperiment(project.services, 'corners');
  expect(trainingRuns[0]!.params).toMatchObject({
    ...{ initialModel: 'corner-model/1', frozenEpochs: 1, architecture: 'cnn', filters: 4, blocks: 1 },
  });
  expect(trainingRuns[0]!.metrics.learningRate).toBeCloseTo(0.001, 10);

  const registered = await project.run('register', { study: 'tuned', epochs: 2, threads: SHORT.threads });
  expect(registered.result).toMatchObject({ model: { name: 'corners', version: 1 } });
});

test.each([
  [{ training: { frozenEpochs: 1 } }, 'frozenEpochs counts only with initialModel'],
  [
    { initialModel: 'corner-model/1', space: { filters: { choice: [8] } } },
    'filters is decided by initialModel corner-model/1',
  ],
  [{ initialModel: 'corner-model/1', architecture: 'lenet' }, 'it is a cnn, the architecture asked for is lenet'],
  [{ initialModel: 'corner-model/7' }, 'Version 7 of corner-model does not exist'],
])('%j is refused before any trial', async (parameters, message) => {
  const outcome = await project.run('hpo', { trialEpochs: 1, ...parameters });
  expect(outcome.executed).not.toContain('run-trials');
  expect(outcome.error?.message).toContain(message);
});
