import { expect, test } from '@jest/globals';
import { systemClock } from '../../../src/core/clock.ts';
import { newWorkerId } from '../../../src/core/ids.ts';
import { openRegistry } from '../../../src/registry/open-registry.ts';
import { sqliteDispatcher } from '../../../src/scheduling/dispatcher.ts';
import { ManualClock } from '../../helpers/manual-clock.ts';
import { aQueuedRun, OWNER } from '../registry/queued-runs-fixture.ts';
import { withRegistry } from '../registry/registry-fixture.ts';

const claimant = { pool: 'default', workerId: newWorkerId(), owner: OWNER };

test('it wakes up soon after another process has written, and takes what is there', async () => {
  await withRegistry(async (db, path) => {
    const dispatcher = sqliteDispatcher({ db, clock: systemClock, claimant });
    const never = new AbortController().signal;
    await dispatcher.wakeUp(never);
    expect(await dispatcher.take()).toBeUndefined();

    const start = performance.now();
    const woken = dispatcher.wakeUp(never);
    const other = await openRegistry({ path, clock: systemClock });
    const id = await aQueuedRun(other.db);
    await woken;
    expect(performance.now() - start).toBeLessThan(900);
    expect(await dispatcher.take()).toEqual({ flowRunId: id, attempt: 1 });
    await other.close();
  });
});

test('a run that was made for later is taken when its time has come, though nobody writes', async () => {
  await withRegistry(async (db) => {
    const clock = new ManualClock(1_000_000);
    const dispatcher = sqliteDispatcher({ db, clock, claimant });
    const id = await aQueuedRun(db, { scheduledFor: 1_000_900 });
    const leave = new AbortController();
    await dispatcher.wakeUp(leave.signal);
    expect(await dispatcher.take()).toBeUndefined();
    const woken = dispatcher.wakeUp(leave.signal);
    const turning = setInterval(() => clock.advance(100), 1);
    await woken;
    clearInterval(turning);
    expect((await dispatcher.take())?.flowRunId).toBe(id);

    leave.abort();
    await dispatcher.wakeUp(leave.signal);
  });
});
