import { expect, test } from '@jest/globals';
import type { FlowRunId } from '../../../src/core/ids.ts';
import { getFlowRun } from '../../../src/registry/flow-runs.ts';
import { getQueuedRun } from '../../../src/registry/queued-runs.ts';
import type { RegistryDb } from '../../../src/registry/registry-db.ts';
import { settleQueuedRuns } from '../../../src/registry/settle-queued-runs.ts';
import { aQueuedRun, claim, enter, OWNER } from './queued-runs-fixture.ts';
import { withRegistry } from './registry-fixture.ts';

const running = { kind: 'Running', at: 2_100 } as const;
const crashed = { kind: 'Crashed', at: 2_200, reason: 'killed' } as const;

async function standing(db: RegistryDb, id: FlowRunId): Promise<unknown> {
  const { state, attempt, owner } = (await getFlowRun(db, id))!;
  const { crashRetries, waitsSince, endedAt } = (await getQueuedRun(db, id))!;
  return [state.kind, attempt, owner === null ? 'nobody' : 'owned', crashRetries, waitsSince, endedAt];
}

test('a run that crashed waits again as its next attempt, as often as its crash retries allow', async () => {
  await withRegistry(async (db) => {
    const id = await aQueuedRun(db, { crashRetries: 1 });
    await claim(db);
    await enter(db, id, running, crashed);
    expect(await settleQueuedRuns(db, 3_000)).toEqual([{ flowRunId: id, attempt: 2, owner: OWNER }]);
    expect(await standing(db, id)).toEqual(['Scheduled', 2, 'nobody', 0, 3_000, null]);
    expect(await claim(db, { now: 3_000 })).toEqual({ flowRunId: id, attempt: 2 });
    await enter(db, id, running, crashed);
    expect(await settleQueuedRuns(db, 4_000)).toEqual([]);
    expect(await standing(db, id)).toEqual(['Crashed', 2, 'owned', 0, null, 4_000]);
    expect(await settleQueuedRuns(db, 5_000)).toEqual([]);
  });
});

test('a crash before the flow began costs no crash retry, but it is not tried for ever', async () => {
  await withRegistry(async (db) => {
    const id = await aQueuedRun(db);
    const attempts = [];
    for (;;) {
      const taken = await claim(db);
      if (taken === undefined) break;
      attempts.push(taken.attempt);
      await enter(db, id, crashed);
      await settleQueuedRuns(db, 2_000);
    }
    expect(attempts).toEqual([1, 2, 3, 4]);
    expect(await standing(db, id)).toEqual(['Crashed', 4, 'owned', 0, null, 2_000]);
  });
});

test('what ended otherwise, or was cancelled while it waited, leaves the queue', async () => {
  await withRegistry(async (db) => {
    const done = await aQueuedRun(db, { crashRetries: 3 });
    await claim(db);
    await enter(db, done, running, { kind: 'Completed', at: 2_200 });
    const cancelled = await aQueuedRun(db, { crashRetries: 3 });
    await enter(db, cancelled, { kind: 'Cancelled', at: 2_300, reason: 'no' });
    const waiting = await aQueuedRun(db);
    expect(await settleQueuedRuns(db, 3_000)).toEqual([]);
    expect(await standing(db, done)).toEqual(['Completed', 1, 'owned', 3, null, 3_000]);
    expect(await standing(db, cancelled)).toEqual(['Cancelled', 1, 'nobody', 3, null, 3_000]);
    expect(await standing(db, waiting)).toEqual(['Scheduled', 1, 'nobody', 0, 1_000, null]);
  });
});
