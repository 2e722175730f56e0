import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { expect, test } from '@jest/globals';
import { checkRestorable, restoreRegistry } from '../../../src/app/restore-registry.ts';
import { systemClock } from '../../../src/core/clock.ts';
import { ConflictError, DataError, EnvironmentError, NotFoundError, UsageError } from '../../../src/core/errors.ts';
import { identifyProcess } from '../../../src/engine/this-process.ts';
import { listFlowRuns } from '../../../src/registry/flow-runs.ts';
import { copyRegistry } from '../../../src/registry/maintenance/backup-registry.ts';
import { inspectRegistry } from '../../../src/registry/maintenance/inspect-registry.ts';
import { openRegistry } from '../../../src/registry/open-registry.ts';
import { damagePages, filledRegistry } from '../registry/maintenance/damaged.ts';
import { aFlowRun, inTemporaryFolder } from '../registry/registry-fixture.ts';

const clock = systemClock;

async function flowRunsOf(path: string): Promise<number> {
  const registry = await openRegistry({ path, clock, readOnly: true });
  const runs = await listFlowRuns(registry.db, { limit: 1_000 });
  await registry.close();
  return runs.length;
}

test('a backup comes back, and what was there is kept with the last commits that were only in its log', async () => {
  await inTemporaryFolder(async (folder) => {
    const backup = await filledRegistry(folder, 5);
    const path = join(folder, 'live', 'registry.db');
    const registry = await openRegistry({ path, clock });
    await aFlowRun(registry.db, { state: { kind: 'Completed', at: 2 } });
    await registry.close();

    const restoring = { path, from: backup, clock };
    expect(await checkRestorable(restoring)).toEqual({ flowRuns: 5 });
    const former = await restoreRegistry(restoring);
    expect(await flowRunsOf(path)).toBe(5);
    expect(await flowRunsOf(former!)).toBe(6);

    const elsewhere = join(folder, 'new', 'registry.db');
    expect(await restoreRegistry({ path: elsewhere, from: backup, clock })).toBeNull();
    expect(await flowRunsOf(elsewhere)).toBe(5);
  });
});

test('a damaged registry is replaced too, and kept; its log does not play into the new one', async () => {
  await inTemporaryFolder(async (folder) => {
    const backup = await filledRegistry(folder, 5);
    const path = join(folder, 'ill.db');
    await copyRegistry(backup, path);
    damagePages(path, 3, 20);
    writeFileSync(`${path}-wal`, Buffer.alloc(20_000, 7));
    const former = await restoreRegistry({ path, from: backup, clock });
    expect(await flowRunsOf(path)).toBe(5);
    expect(existsSync(former!)).toBe(true);
    expect(inspectRegistry(path, 'full').sound).toBe(true);
  });
});

test('what is damaged, newer, no registry, missing or the registry itself is not restored', async () => {
  await inTemporaryFolder(async (folder) => {
    const path = await filledRegistry(folder, 5);
    const from = join(folder, 'from.db');
    await copyRegistry(path, from);
    const restorable = (file: string): Promise<unknown> => checkRestorable({ path, from: file, clock });
    await expect(restorable(path)).rejects.toThrow(UsageError);
    await expect(restorable(join(folder, 'none.db'))).rejects.toThrow(NotFoundError);

    const newer = new Database(from);
    newer.exec(`insert into schema_versions values (99, 'later', 1)`);
    newer.close();
    await expect(restorable(from)).rejects.toThrow(EnvironmentError);
    await expect(restorable(from)).rejects.toThrow('schema version 99');

    damagePages(from, 5, 12);
    await expect(restorable(from)).rejects.toThrow(DataError);
    writeFileSync(from, 'some text that is no database at all'.repeat(40));
    await expect(restorable(from)).rejects.toThrow(DataError);
    const foreign = new Database(join(folder, 'foreign.db'));
    foreign.exec('create table customers (id integer)');
    foreign.close();
    await expect(restorable(join(folder, 'foreign.db'))).rejects.toThrow('it is no registry of mlflow-ts');
  });
});

test('while a process has the registry open, or runs a flow on it, nothing is replaced', async () => {
  await inTemporaryFolder(async (folder) => {
    const backup = await filledRegistry(folder, 2);
    const path = join(folder, 'busy.db');
    const registry = await openRegistry({ path, clock });
    await aFlowRun(registry.db, { owner: identifyProcess()! });
    const before = readFileSync(path);
    await expect(checkRestorable({ path, from: backup, clock })).rejects.toThrow('still runs on the registry');
    await registry.db.updateTable('flow_runs').set({ state_kind: 'Completed' }).execute();
    expect(await checkRestorable({ path, from: backup, clock })).toEqual({ flowRuns: 2 });
    await expect(restoreRegistry({ path, from: backup, clock })).rejects.toThrow(ConflictError);
    expect(readFileSync(path).equals(before)).toBe(true);
    await registry.close();
  });
}, 60_000);
