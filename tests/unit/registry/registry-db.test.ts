import { expect, test } from '@jest/globals';
import { sql } from 'kysely';
import { AsyncResource } from 'node:async_hooks';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { systemClock } from '../../../src/core/clock.ts';
import { writeFenced } from '../../../src/registry/fenced-write.ts';
import { openRegistry } from '../../../src/registry/open-registry.ts';
import { withTransaction } from '../../../src/registry/registry-db.ts';
import { aFlowRun, inTemporaryFolder, withRegistry } from './registry-fixture.ts';

test('a transaction whose body throws leaves nothing behind', async () => {
  await withRegistry(async (db) => {
    const attempt = withTransaction(db, async (transaction) => {
      await aFlowRun(transaction);
      throw new Error('no');
    });
    await expect(attempt).rejects.toThrow('no');
    expect(await db.selectFrom('flow_runs').selectAll().execute()).toEqual([]);
  });
});

test('the root database used inside a transaction throws instead of waiting for itself', async () => {
  await withRegistry(async (db) => {
    const misuse = withTransaction(db, async (transaction) => {
      await aFlowRun(transaction);
      await db.selectFrom('flow_runs').selectAll().execute();
    });
    await expect(misuse).rejects.toThrow('Pass the transaction on instead');
    const nested = withTransaction(db, () => withTransaction(db, () => Promise.resolve()));
    await expect(nested).rejects.toThrow('Pass the transaction on instead');
    expect(await db.selectFrom('flow_runs').selectAll().execute()).toEqual([]);
  });
});

test('work that a transaction started but did not await may use the database once it has ended', async () => {
  await withRegistry(async (db) => {
    let later: Promise<unknown> = Promise.resolve();
    await withTransaction(db, (transaction) => {
      later = delay(20).then(() => db.selectFrom('flow_runs').selectAll().execute());
      return aFlowRun(transaction);
    });
    expect(await later).toHaveLength(1);
  });
});

test('a transaction given to withTransaction is joined', async () => {
  await withRegistry(async (db) => {
    const attempt = withTransaction(db, async (outer) => {
      await withTransaction(outer, (inner) => aFlowRun(inner));
      throw new Error('outer fails');
    });
    await expect(attempt).rejects.toThrow('outer fails');
    expect(await db.selectFrom('flow_runs').selectAll().execute()).toEqual([]);
  });
});

test('transactions started together run one after the other', async () => {
  await withRegistry(async (db) => {
    const id = await aFlowRun(db);
    const increments = Array.from({ length: 20 }, () =>
      withTransaction(db, async (transaction) => {
        const { heartbeat_seq } = await transaction
          .selectFrom('flow_runs')
          .select('heartbeat_seq')
          .where('id', '=', id)
          .executeTakeFirstOrThrow();
        await transaction
          .updateTable('flow_runs')
          .set({ heartbeat_seq: heartbeat_seq + 1 })
          .execute();
      }),
    );
    await Promise.all(increments);
    const row = await db.selectFrom('flow_runs').select('heartbeat_seq').executeTakeFirstOrThrow();
    expect(row.heartbeat_seq).toBe(20);
  });
});

test('the lock is never waited for longer than 25 ms inside SQLite, and foreign keys are enforced', async () => {
  await withRegistry(async (db) => {
    expect((await sql`pragma busy_timeout`.execute(db)).rows).toEqual([{ timeout: 25 }]);
    expect((await sql`pragma foreign_keys`.execute(db)).rows).toEqual([{ foreign_keys: 1 }]);
    expect((await sql`pragma journal_mode`.execute(db)).rows).toEqual([{ journal_mode: 'wal' }]);
    expect((await sql`pragma synchronous`.execute(db)).rows).toEqual([{ synchronous: 1 }]);
  });
});

test('a fenced write is all or nothing: a query that changes no row undoes the ones before it', async () => {
  await withRegistry(async (db) => {
    const id = await aFlowRun(db);
    const rename = (name: string, of: string) =>
      db.updateTable('flow_runs').set({ name }).where('id', '=', of).compile();
    const names = () => db.selectFrom('flow_runs').select('name').execute();
    expect(await writeFenced(db, [rename('first', id), rename('second', id)])).toBe(true);
    expect(await writeFenced(db, [rename('third', id), rename('third', 'nobody')])).toBe(false);
    expect(await names()).toEqual([{ name: 'second' }]);
    const broken = db.insertInto('experiments').values({ id: 'a', name: 'a', created_at: 1 }).compile();
    await expect(writeFenced(db, [rename('fourth', id), broken, broken])).rejects.toThrow('UNIQUE');
    expect(await names()).toEqual([{ name: 'second' }]);
    const misuse = withTransaction(db, () => writeFenced(db, [rename('fifth', id)]));
    await expect(misuse).rejects.toThrow('Pass the transaction on instead');
    expect(await withTransaction(db, (transaction) => writeFenced(transaction, [rename('sixth', id)]))).toBe(true);
    expect(await names()).toEqual([{ name: 'sixth' }]);
  });
});

test('a registry that was closed leaves nothing behind that every later promise would carry', async () => {
  await inTemporaryFolder(async (folder) => {
    const carried = (): number => Object.getOwnPropertySymbols(new AsyncResource('anything')).length;
    const before = carried();
    for (let at = 0; at < 5; at += 1) {
      const registry = await openRegistry({ path: join(folder, `${at}.db`), clock: systemClock });
      await withTransaction(registry.db, (transaction) => aFlowRun(transaction));
      await registry.close();
    }
    expect(carried()).toBe(before);
  });
});
