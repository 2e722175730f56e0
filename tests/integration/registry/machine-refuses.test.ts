import { expect, test } from '@jest/globals';
import { chmodSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { systemClock } from '../../../src/core/clock.ts';
import { listFlowRuns } from '../../../src/registry/flow-runs.ts';
import { openRegistry } from '../../../src/registry/open-registry.ts';
import { inTemporaryFolder } from '../../unit/registry/registry-fixture.ts';
import { runChild } from './run-children.ts';

const child = fileURLToPath(new URL('./refused-child.js', import.meta.url));
const answersOf = (path: string): unknown => JSON.parse(readFileSync(path, 'utf8'));

test('a full disk is told with path and remedy; what was recorded before stays readable', async () => {
  await inTemporaryFolder(async (folder) => {
    const path = join(folder, 'registry.db');
    const answers = join(folder, 'answers.json');
    // RLIMIT_FSIZE stands in for the full disk.
    const limited = ['-c', 'ulimit -f 1000; exec "$0" "$@"', process.execPath, child, path, answers, 'fill'];
    expect(await runChild('bash', limited)).toEqual({ code: 0, stderr: '' });
    expect(answersOf(answers)).toMatchObject({ code: 'ENVIRONMENT', message: expect.stringContaining(path) });
    const registry = await openRegistry({ path, clock: systemClock });
    expect((await listFlowRuns(registry.db)).length).toBeGreaterThan(0);
    await registry.close();
  });
}, 60_000);

test('a folder that may not be written to is told with path and remedy', async () => {
  await inTemporaryFolder(async (folder) => {
    const asRoot = process.getuid?.() === 0;
    const readOnly = join(folder, 'read-only');
    const answers = join(folder, 'answers.json');
    mkdirSync(readOnly);
    chmodSync(folder, 0o777);
    chmodSync(readOnly, 0o555);
    for (const path of [join(readOnly, 'registry.db'), join(readOnly, 'deep', 'registry.db')]) {
      const open = [child, path, answers, asRoot ? 'open as nobody' : 'open'];
      expect(await runChild(process.execPath, open)).toEqual({ code: 0, stderr: '' });
      expect(answersOf(answers)).toMatchObject({ code: 'ENVIRONMENT', message: expect.stringContaining(readOnly) });
      rmSync(answers);
    }
  });
}, 60_000);
