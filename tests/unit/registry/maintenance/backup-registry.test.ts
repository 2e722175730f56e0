import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { systemClock } from '../../../../src/core/clock.ts';
import { DataError, NotFoundError } from '../../../../src/core/errors.ts';
import { listFlowRuns } from '../../../../src/registry/flow-runs.ts';
import { copyRegistry } from '../../../../src/registry/maintenance/backup-registry.ts';
import { inspectRegistry } from '../../../../src/registry/maintenance/inspect-registry.ts';
import { openRegistry } from '../../../../src/registry/open-registry.ts';
import { aFlowRun, inTemporaryFolder } from '../registry-fixture.ts';
import { damagePages, filledRegistry } from './damaged.ts';

test('a backup is the registry at one moment, in one sound file, while others go on writing', async () => {
  await inTemporaryFolder(async (folder) => {
    const path = join(folder, 'registry.db');
    const registry = await openRegistry({ path, clock: systemClock });
    const text = 'x'.repeat(200_000);
    for (let at = 0; at < 60; at += 1) await aFlowRun(registry.db, { parameters: { text } });

    const backup = join(folder, 'backups', 'registry.db');
    let written = 0;
    const told: [number, number][] = [];
    let writing = Promise.resolve();
    await copyRegistry(path, backup, (done, total) => {
      told.push([done, total]);
      written += 1;
      writing = writing.then(() => aFlowRun(registry.db)).then(() => undefined);
    });
    await writing;
    expect(written).toBeGreaterThan(1);
    expect(told.at(-1)![0]).toBeGreaterThan(0);
    expect(await listFlowRuns(registry.db, { limit: 200 })).toHaveLength(60 + written);
    await registry.close();

    expect(readdirSync(join(folder, 'backups'))).toEqual(['registry.db']);
    const health = inspectRegistry(backup, 'full');
    expect(health).toMatchObject({ sound: true, problems: [] });
    expect(health.tables).toContainEqual({ name: 'flow_runs', rows: 60, readable: true });
  });
});

test('of a damaged registry no backup is made, and one that is there stays', async () => {
  await inTemporaryFolder(async (folder) => {
    const path = await filledRegistry(folder);
    const backup = join(folder, 'backup.db');
    await copyRegistry(path, backup);
    damagePages(path, 2, 6);
    await expect(copyRegistry(path, backup)).rejects.toThrow(DataError);
    await expect(copyRegistry(path, join(folder, 'other.db'))).rejects.toThrow('registry salvage NEWFILE');
    expect(inspectRegistry(backup, 'full').sound).toBe(true);
    expect(readdirSync(folder).sort()).toEqual(['backup.db', 'live', 'registry.db']);
  });
});

test('where there is no registry there is no backup', async () => {
  await inTemporaryFolder(async (folder) => {
    await expect(copyRegistry(join(folder, 'none.db'), join(folder, 'backup.db'))).rejects.toThrow(NotFoundError);
    expect(existsSync(join(folder, 'backup.db'))).toBe(false);
  });
});
