import { expect, test } from '@jest/globals';
import Database from 'better-sqlite3';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { sql } from 'kysely';
import { systemClock } from '../../../src/core/clock.ts';
import { EnvironmentError } from '../../../src/core/errors.ts';
import { SCHEMA_VERSION } from '../../../src/registry/migrate.ts';
import { openRegistry } from '../../../src/registry/open-registry.ts';
import { listFlowRuns } from '../../../src/registry/flow-runs.ts';
import { aFlowRun, inTemporaryFolder } from './registry-fixture.ts';

const clock = systemClock;

test('the folder and the tables are made by the first open and kept by the second', async () => {
  await inTemporaryFolder(async (folder) => {
    const path = join(folder, 'deep', '.mlflow-ts', 'registry.db');
    const first = await openRegistry({ path, clock });
    expect(first).toMatchObject({ path, schemaVersion: SCHEMA_VERSION });
    await aFlowRun(first.db);
    await first.close();
    const second = await openRegistry({ path, clock, durable: true });
    expect(await listFlowRuns(second.db)).toHaveLength(1);
    expect((await sql`pragma synchronous`.execute(second.db)).rows).toEqual([{ synchronous: 2 }]);
    await second.close();
    await expect(listFlowRuns(second.db)).rejects.toThrow();
  });
});

test('a read-only open sees what is there, writes nothing, and shows a missing registry as an empty one', async () => {
  await inTemporaryFolder(async (folder) => {
    const path = join(folder, 'registry.db');
    const none = await openRegistry({ path, clock, readOnly: true });
    expect(await listFlowRuns(none.db)).toEqual([]);
    await none.close();
    expect(readdirSync(folder)).toEqual([]);

    const writer = await openRegistry({ path, clock });
    const id = await aFlowRun(writer.db);
    const reader = await openRegistry({ path, clock, readOnly: true });
    expect(await listFlowRuns(reader.db)).toMatchObject([{ id }]);
    await expect(aFlowRun(reader.db)).rejects.toThrow(EnvironmentError);
    await reader.close();
    await writer.close();
  });
});

test('a newer database is refused and left as it is', async () => {
  await inTemporaryFolder(async (folder) => {
    const path = join(folder, 'registry.db');
    await (await openRegistry({ path, clock })).close();
    const database = new Database(path);
    database.prepare('insert into schema_versions (version, name, applied_at) values (99, ?, 1)').run('future');
    database.close();
    const before = readFileSync(path);
    for (const readOnly of [false, true]) {
      const open = openRegistry({ path, clock, readOnly });
      await expect(open).rejects.toThrow(EnvironmentError);
      await expect(open).rejects.toThrow(`${path} has schema version 99`);
    }
    expect(readFileSync(path).equals(before)).toBe(true);
  });
});

test('an older database is not migrated by a read-only open, which says what brings it up to date', async () => {
  await inTemporaryFolder(async (folder) => {
    const path = join(folder, 'registry.db');
    await (await openRegistry({ path, clock })).close();
    const database = new Database(path);
    database.prepare('delete from schema_versions where version = ?').run(SCHEMA_VERSION);
    database.close();
    const open = openRegistry({ path, clock, readOnly: true });
    await expect(open).rejects.toThrow(EnvironmentError);
    await expect(open).rejects.toThrow('brings it up to date');
  });
});

test('an empty file becomes a registry; read-only it is shown as an empty one', async () => {
  await inTemporaryFolder(async (folder) => {
    const path = join(folder, 'registry.db');
    writeFileSync(path, '');
    const reader = await openRegistry({ path, clock, readOnly: true });
    expect(await listFlowRuns(reader.db)).toEqual([]);
    await reader.close();
    expect(readFileSync(path)).toHaveLength(0);
    await (await openRegistry({ path, clock })).close();
    expect(readFileSync(path).length).toBeGreaterThan(0);
  });
});

test('a file that is no database, and one of another program, are refused with path and remedy', async () => {
  await inTemporaryFolder(async (folder) => {
    const text = join(folder, 'text.db');
    writeFileSync(text, 'not a database at all, but long enough to have a header'.repeat(100));
    await expect(openRegistry({ path: text, clock })).rejects.toThrow(EnvironmentError);
    await expect(openRegistry({ path: text, clock })).rejects.toThrow(`${text} is not an SQLite database`);

    const foreign = join(folder, 'foreign.db');
    const database = new Database(foreign);
    database.exec('create table customers (id integer)');
    database.close();
    await expect(openRegistry({ path: foreign, clock })).rejects.toThrow('of another program');
  });
});

test('a damaged registry is refused with path and remedy', async () => {
  await inTemporaryFolder(async (folder) => {
    const path = join(folder, 'registry.db');
    await (await openRegistry({ path, clock })).close();
    const bytes = readFileSync(path);
    bytes.fill(0x5a, 100, 16_000);
    writeFileSync(path, bytes);
    const open = openRegistry({ path, clock });
    await expect(open).rejects.toThrow(EnvironmentError);
    await expect(open).rejects.toThrow(`${path} is damaged. \`mlflow-ts doctor\``);
  });
});

test('a path that cannot be a file is refused with path and remedy', async () => {
  await inTemporaryFolder(async (folder) => {
    writeFileSync(join(folder, 'file'), '');
    const below = join(folder, 'file', 'registry.db');
    await expect(openRegistry({ path: below, clock })).rejects.toThrow(EnvironmentError);
    await expect(openRegistry({ path: below, clock })).rejects.toThrow(below);
    await expect(openRegistry({ path: folder, clock })).rejects.toThrow('MLFLOW_TS_HOME');
    expect(existsSync(below)).toBe(false);
  });
});
