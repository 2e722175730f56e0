import { expect, test } from '@jest/globals';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { systemClock } from '../../src/core/clock.ts';
import { findModelVersion } from '../../src/models/find-model-version.ts';
import { saveModelVersion } from '../../src/models/save-model-version.ts';
import { listModelVersions } from '../../src/registry/model-versions.ts';
import { sha256OfFile } from '../../src/storage/hash-file.ts';
import { aModelVersion } from '../helpers/model-versions.ts';
import { temporaryRegistry } from '../helpers/studies.ts';

const script = fileURLToPath(new URL('../fixtures/saving-process.js', import.meta.url));

test('whenever a saving process is killed, every version there is is whole, and the next one is saved', async () => {
  const registry = await temporaryRegistry();
  const folder = await mkdtemp(path.join(tmpdir(), 'interrupted-'));
  const [modelsDir, source] = [path.join(folder, 'models'), path.join(folder, 'trained')];
  await mkdir(source);
  await writeFile(path.join(source, 'model.onnx'), Buffer.alloc(300_000, 'x'));

  let saved = 0;
  for (const extraMs of [0, 3, 7, 13]) {
    const saving = spawn(process.execPath, [script, registry.path, modelsDir, source], { stdio: 'inherit' });
    while ((await listModelVersions(registry.db)).length < saved + 2) await delay(5);
    await delay(extraMs);
    saving.kill('SIGKILL');
    await once(saving, 'exit');
    const versions = await listModelVersions(registry.db);
    expect(versions.map(({ version }) => version)).toEqual(versions.map((_, index) => versions.length - index));
    for (const { version } of versions) await expectWhole(`signs/${version}`);
    saved = versions.length;
  }
  const next = await saveModelVersion(registry.db, systemClock, modelsDir, aModelVersion(source));
  expect(next.row.version).toBe(saved + 1);
  await expectWhole(`signs/${saved + 1}`);
  await registry.close();

  async function expectWhole(reference: string): Promise<void> {
    const { folder: version, card } = await findModelVersion(registry.db, modelsDir, reference);
    expect(card.files.map((file) => file.path)).toEqual(['model.onnx', 'test-predictions.json']);
    for (const file of card.files) expect(await sha256OfFile(path.join(version, file.path))).toBe(file.sha256);
  }
});
