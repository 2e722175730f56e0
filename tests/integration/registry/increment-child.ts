// Started several times at once by many-processes.test.ts: adds one, `times` times, by reading and then writing.
import { systemClock } from '../../../src/core/clock.ts';
import { openRegistry } from '../../../src/registry/open-registry.ts';
import { withTransaction } from '../../../src/registry/registry-db.ts';

const [path = '', times = '0'] = process.argv.slice(2);
const registry = await openRegistry({ path, clock: systemClock });
for (let turn = 0; turn < Number(times); turn += 1) {
  await withTransaction(registry.db, async (transaction) => {
    const experiment = await transaction
      .selectFrom('experiments')
      .select('created_at')
      .where('id', '=', 'counter')
      .executeTakeFirst();
    const values = { id: 'counter', name: 'counter', created_at: (experiment?.created_at ?? 0) + 1 };
    await transaction
      .insertInto('experiments')
      .values(values)
      .onConflict((conflict) => conflict.column('id').doUpdateSet(values))
      .execute();
  });
}
await registry.close();
