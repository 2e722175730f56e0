import { expect, test } from '@jest/globals';
import Database from 'better-sqlite3';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { setTimeout as delay } from 'node:timers/promises';
import { systemClock } from '../../../src/core/clock.ts';
import { SCHEMA_VERSION } from '../../../src/registry/migrate.ts';
import { openRegistry } from '../../../src/registry/open-registry.ts';
import { aFlowRun, inTemporaryFolder } from '../../unit/registry/registry-fixture.ts';
import { runChildren } from './run-children.ts';

const child = fileURLToPath(new URL('./increment-child.js', import.meta.url));
const ended = { code: 0, stderr: '' };

test('four processes that read and then write lose no update and meet no lock error', async () => {
  await inTemporaryFolder(async (folder) => {
    const path = join(folder, 'registry.db');
    const ends = await runChildren(4, process.execPath, [child, path, '150']);
    expect(ends).toEqual([ended, ended, ended, ended]);
    const database = new Database(path, { readonly: true });
    expect(database.prepare('select created_at from experiments').get()).toEqual({ created_at: 600 });
    database.close();
  });
}, 60_000);

test('several processes that open a new registry at once make its tables once', async () => {
  await inTemporaryFolder(async (folder) => {
    const path = join(folder, 'new', 'registry.db');
    const ends = await runChildren(6, process.execPath, [child, path, '0']);
    expect(ends).toEqual(Array.from({ length: 6 }, () => ended));
    const database = new Database(path, { readonly: true });
    expect(database.prepare('select count(*) as versions from schema_versions').get()).toEqual({
      versions: SCHEMA_VERSION,
    });
    database.close();
  });
}, 60_000);

test('waiting for the lock of another process leaves the event loop free', async () => {
  await inTemporaryFolder(async (folder) => {
    const path = join(folder, 'registry.db');
    const registry = await openRegistry({ path, clock: systemClock });
    const other = new Database(path);
    other.exec('begin immediate');
    const write = aFlowRun(registry.db);
    let turns = 0;
    const ticking = setInterval(() => (turns += 1), 5);
    await delay(400);
    other.exec('rollback');
    await write;
    clearInterval(ticking);
    // Blocked for all of the 400 ms it would have had one turn; with pauses of 25 ms at most it has more than ten.
    expect(turns).toBeGreaterThan(3);
    other.close();
    await registry.close();
  });
});
