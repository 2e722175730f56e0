import { expect, test } from '@jest/globals';
import { newArtifactId, newTrainingRunId } from '../../../../src/core/ids.ts';
import { trainingReport } from '../../../../src/app/report/training-report.ts';
import { insertArtifact } from '../../../../src/registry/artifacts.ts';
import { getOrCreateExperiment } from '../../../../src/registry/experiments.ts';
import { logMetrics } from '../../../../src/registry/metrics.ts';
import { logParams } from '../../../../src/registry/params.ts';
import { startTrainingRun } from '../../../../src/registry/training-runs.ts';
import { temporaryProject } from '../../../helpers/project.ts';

const HOSTILE = `"><script>alert('x')</script>`;

test('a run that is named and labelled to do harm is reported, and one without figures, too', async () => {
  const { services } = await temporaryProject();
  const { db } = services.registry;
  const experiment = await getOrCreateExperiment(db, { name: HOSTILE, at: 0 });
  const run = { experimentId: experiment.id, name: HOSTILE, codeVersion: HOSTILE, startedAt: 0 };
  const [id, empty] = [newTrainingRunId(), newTrainingRunId()];
  await startTrainingRun(db, { ...run, id, engine: { name: 'onnx', reason: HOSTILE } });
  await startTrainingRun(db, { ...run, id: empty });
  await logParams(db, id, { [HOSTILE]: HOSTILE });
  await logMetrics(db, id, [
    { key: 'loss', step: 1, value: 1.5, at: 10 },
    { key: 'testAccuracy', step: 1, value: 0.75, at: 10 },
    { key: 'system/images_per_second', step: 0, value: 900, at: 10 },
  ]);
  const content = [{ class: HOSTILE, precision: 0.5, [HOSTILE]: null }];
  await insertArtifact(db, {
    id: newArtifactId(),
    key: 'per-class',
    kind: 'table',
    trainingRunId: id,
    content,
    createdAt: 0,
  });
  const gone = { storageHash: 'a'.repeat(64), mediaType: 'image/png' };
  await insertArtifact(db, {
    id: newArtifactId(),
    key: 'most-wrong',
    kind: 'image',
    trainingRunId: id,
    ...gone,
    createdAt: 0,
  });

  const page = await trainingReport(services, id);
  expect(page).not.toContain('<script');
  expect(page).toContain('&lt;script&gt;');
  expect(page).toContain('75.00 %');
  expect(page).toContain('The file of this picture was removed.');
  expect(page.match(/<svg [^>]*class="plot"/g)).toHaveLength(2);
  expect(await trainingReport(services, empty)).toContain('<h2>Origin</h2>');
});
