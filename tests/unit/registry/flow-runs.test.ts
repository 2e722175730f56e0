import { expect, test } from '@jest/globals';
import { NotFoundError, UsageError } from '../../../src/core/errors.ts';
import { newFlowRunId } from '../../../src/core/ids.ts';
import {
  beginFlowAttempt,
  readCancelRequest,
  renewLease,
  requestCancel,
  writeFlowState,
} from '../../../src/registry/flow-run-states.ts';
import {
  findFlowRun,
  findSubflowRun,
  getFlowRun,
  listFlowRuns,
  listOpenFlowRuns,
} from '../../../src/registry/flow-runs.ts';
import { listStateHistory } from '../../../src/registry/state-history.ts';
import { aFlowRun, withRegistry } from './registry-fixture.ts';

const owner = { host: 'here', bootId: 'boot', pid: 7, processStart: '99' };

test('a flow run is read back as it was written', async () => {
  await withRegistry(async (db) => {
    const id = await aFlowRun(db, { tags: ['nightly'], owner, name: 'collect-signs' });
    expect(await getFlowRun(db, id)).toMatchObject({
      id,
      flowName: 'collect',
      name: 'collect-signs',
      state: { kind: 'Running', at: 1_000 },
      attempt: 1,
      parameters: { source: 'sample:signs' },
      tags: ['nightly'],
      result: null,
      owner,
      startedAt: 1_000,
      endedAt: null,
    });
    expect(await getFlowRun(db, newFlowRunId())).toBeUndefined();
  });
});

test('a flow run is found by id, either end of its id, and name; what fits several is refused with the candidates', async () => {
  await withRegistry(async (db) => {
    const first = await aFlowRun(db, { name: 'morning' });
    const second = await aFlowRun(db, { name: 'evening' });
    expect((await findFlowRun(db, first)).id).toBe(first);
    expect((await findFlowRun(db, first.slice(-8))).id).toBe(first);
    expect((await findFlowRun(db, second.slice(0, 35))).name).toBe('evening');
    expect((await findFlowRun(db, 'morning')).id).toBe(first);
    await expect(findFlowRun(db, 'noon')).rejects.toThrow(NotFoundError);
    await expect(findFlowRun(db, 'noon')).rejects.toThrow('mlflow-ts runs ls');
    await expect(findFlowRun(db, first.slice(0, 4))).rejects.toThrow(UsageError);
    await expect(findFlowRun(db, first.slice(0, 4))).rejects.toThrow(`${second} (evening, Running)`);
    await expect(findFlowRun(db, '%')).rejects.toThrow(NotFoundError);
  });
});

test('lists are newest first and filtered by flow, state, time and parent', async () => {
  await withRegistry(async (db) => {
    const old = await aFlowRun(db, { createdAt: 1, flowName: 'prep', state: { kind: 'Completed', at: 1 } });
    const parent = await aFlowRun(db, { createdAt: 2 });
    const child = await aFlowRun(db, {
      createdAt: 3,
      parentFlowRunId: parent,
      rootFlowRunId: parent,
      callKey: 'prep:1',
    });
    const ids = async (filter: Parameters<typeof listFlowRuns>[1]) =>
      (await listFlowRuns(db, filter)).map(({ id }) => id);
    expect(await ids({})).toEqual([child, parent, old]);
    expect(await ids({ parent: 'roots' })).toEqual([parent, old]);
    expect(await ids({ parent })).toEqual([child]);
    expect(await ids({ limit: 1 })).toEqual([child]);
    expect(await ids({ flow: 'prep' })).toEqual([old]);
    expect(await ids({ states: ['Completed', 'Failed'] })).toEqual([old]);
    expect(await ids({ since: 2, before: 3 })).toEqual([parent]);
    expect((await listOpenFlowRuns(db)).map(({ id }) => id)).toEqual([parent, child]);
    expect((await findSubflowRun(db, { parentFlowRunId: parent, callKey: 'prep:1' }))?.id).toBe(child);
    expect(await findSubflowRun(db, { parentFlowRunId: parent, callKey: 'prep:2' })).toBeUndefined();
  });
});

test('a state is written only by the current attempt and from an expected state', async () => {
  await withRegistry(async (db) => {
    const id = await aFlowRun(db);
    const end = { id, attempt: 1, from: ['Running'] as const };
    expect(await writeFlowState(db, { ...end, attempt: 2, to: { kind: 'Completed', at: 5 } })).toBe(false);
    expect(await writeFlowState(db, { ...end, from: ['Pending'], to: { kind: 'Completed', at: 5 } })).toBe(false);
    expect(await writeFlowState(db, { ...end, to: { kind: 'Completed', at: 5 }, result: { ok: 1 } })).toBe(true);
    expect(await getFlowRun(db, id)).toMatchObject({
      state: { kind: 'Completed', at: 5 },
      endedAt: 5,
      result: { ok: 1 },
    });
    expect((await listStateHistory(db, id)).map(({ state }) => state.kind)).toEqual(['Running', 'Completed']);
  });
});

test('a new attempt begins only once, after the run has ended, and fences the old one off', async () => {
  await withRegistry(async (db) => {
    const id = await aFlowRun(db);
    const next = { id, expectedAttempt: 1, owner, state: { kind: 'Pending', at: 9 } } as const;
    expect(await beginFlowAttempt(db, next)).toBe(false);
    await requestCancel(db, { id, at: 4, reason: 'enough' });
    await writeFlowState(db, { id, attempt: 1, from: ['Running'], to: { kind: 'Crashed', at: 5, reason: 'gone' } });
    expect(await beginFlowAttempt(db, next)).toBe(true);
    expect(await beginFlowAttempt(db, next)).toBe(false);
    expect(await getFlowRun(db, id)).toMatchObject({ attempt: 2, owner, endedAt: null, cancelRequestedAt: null });
    const stale = { id, attempt: 1, from: ['Pending', 'Running'], to: { kind: 'Completed', at: 10 } } as const;
    expect(await writeFlowState(db, stale)).toBe(false);
    expect(await renewLease(db, { id, attempt: 1, at: 11 })).toBe(false);
    expect(await renewLease(db, { id, attempt: 2, at: 12 })).toBe(true);
    expect(await getFlowRun(db, id)).toMatchObject({ heartbeatSeq: 2, heartbeatAt: 12 });
  });
});

test('the first request to cancel stays, and an ended run takes none', async () => {
  await withRegistry(async (db) => {
    const id = await aFlowRun(db);
    expect(await readCancelRequest(db, id)).toBeUndefined();
    expect(await requestCancel(db, { id, at: 4, reason: 'enough' })).toBe(true);
    expect(await requestCancel(db, { id, at: 6, reason: 'really' })).toBe(true);
    expect(await readCancelRequest(db, id)).toEqual({ at: 4, reason: 'enough' });
    await writeFlowState(db, { id, attempt: 1, from: ['Running'], to: { kind: 'Completed', at: 7 } });
    expect(await requestCancel(db, { id, at: 8, reason: 'late' })).toBe(false);
  });
});

test('a damaged JSON column is reported with its column and row', async () => {
  await withRegistry(async (db) => {
    const id = await aFlowRun(db);
    await db.updateTable('flow_runs').set({ state_json: '{"kind":"Lost"}' }).execute();
    await expect(getFlowRun(db, id)).rejects.toThrow(`flow_runs.state_json of ${id}`);
  });
});
