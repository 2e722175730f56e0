import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { expect, test } from '@jest/globals';
import { systemClock } from '../../../../src/core/clock.ts';
import { DataError } from '../../../../src/core/errors.ts';
import { inspectRegistry } from '../../../../src/registry/maintenance/inspect-registry.ts';
import { salvageRegistry } from '../../../../src/registry/maintenance/salvage-registry.ts';
import { inTemporaryFolder } from '../registry-fixture.ts';
import { damagePages, filledRegistry } from './damaged.ts';

type Ids = Record<string, ReadonlySet<string>>;

function idsOf(path: string): Ids {
  const database = new Database(path, { readonly: true });
  const ids = (table: string) => new Set(database.prepare<[], string>(`select id from ${table}`).pluck().all());
  const found = { flow_runs: ids('flow_runs'), task_runs: ids('task_runs') };
  database.close();
  return found;
}

test('whichever pages are damaged: what is salvaged is sound, was all there before, and misses only what is told', async () => {
  await inTemporaryFolder(async (folder) => {
    const path = await filledRegistry(folder);
    const before = idsOf(path);
    const whole = readFileSync(path);
    let recovered = 0;
    for (let seed = 1; seed <= 8; seed += 1) {
      writeFileSync(path, whole);
      damagePages(path, seed, 3);
      const saved = join(folder, `saved-${seed}.db`);
      const tables = await salvageRegistry(path, saved, { clock: systemClock }).catch((error: unknown) => {
        // The page with the list of tables may be among them.
        expect(error).toBeInstanceOf(DataError);
        return undefined;
      });
      if (tables === undefined) continue;
      recovered += 1;
      expect(inspectRegistry(saved, 'full')).toMatchObject({ sound: true, problems: [] });
      const after = idsOf(saved);
      for (const [table, ids] of Object.entries(after)) {
        const report = tables.find(({ name }) => name === table)!;
        expect(report.rows).toBe(ids.size);
        expect([...ids].filter((id) => !before[table]!.has(id))).toEqual([]);
        if (report.complete && report.orphans === 0) expect(ids.size).toBe(before[table]!.size);
      }
    }
    expect(recovered).toBeGreaterThan(3);
  });
});

test('one damaged page of a table costs its own rows and what belongs to them, no others', async () => {
  await inTemporaryFolder(async (folder) => {
    const path = await filledRegistry(folder);
    const database = new Database(path);
    const pages = database.pragma('page_count', { simple: true }) as number;
    database.close();
    const whole = readFileSync(path);
    let rows = 0;
    for (let seed = 20; seed < 26; seed += 1) {
      writeFileSync(path, whole);
      damagePages(path, seed, 1);
      const tables = await salvageRegistry(path, join(folder, `${seed}.db`), { clock: systemClock }).catch(() => []);
      rows = Math.max(rows, tables.find(({ name }) => name === 'task_runs')?.rows ?? 0);
    }
    expect(pages).toBeGreaterThan(30);
    expect(rows).toBeGreaterThan(200);
  });
});

test('of a sound registry all is copied; of one without a list of tables nothing, and no file is left', async () => {
  await inTemporaryFolder(async (folder) => {
    const path = await filledRegistry(folder, 3);
    const tables = await salvageRegistry(path, join(folder, 'all.db'), { clock: systemClock });
    expect(tables.every(({ complete, orphans }) => complete && orphans === 0)).toBe(true);
    expect(idsOf(join(folder, 'all.db'))).toEqual(idsOf(path));

    const bytes = readFileSync(path);
    bytes.fill(0x5a, 100, 8_000);
    writeFileSync(path, bytes);
    const salvage = salvageRegistry(path, join(folder, 'none.db'), { clock: systemClock });
    await expect(salvage).rejects.toThrow('Restore it from a backup');
    expect(readdirSync(folder).sort()).toEqual(['all.db', 'live', 'registry.db']);
  });
});
