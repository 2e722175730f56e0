import { expect, test } from '@jest/globals';
import { newArtifactId } from '../../../src/core/ids.ts';
import { findArtifact, insertArtifact, listArtifacts } from '../../../src/registry/artifacts.ts';
import { deleteChildProcess, insertChildProcess, listChildProcesses } from '../../../src/registry/child-processes.ts';
import { appendLogs, listLogs } from '../../../src/registry/logs.ts';
import type { NewLog } from '../../../src/registry/logs.ts';
import { aFlowRun, aTaskRun, withRegistry } from './registry-fixture.ts';

test('logs are listed in order, by task, level, position and end, with or without subflow runs', async () => {
  await withRegistry(async (db) => {
    const flowRunId = await aFlowRun(db);
    const subflowRunId = await aFlowRun(db, { parentFlowRunId: flowRunId, rootFlowRunId: flowRunId, callKey: 'c' });
    const taskRunId = await aTaskRun(db, flowRunId);
    const line = (message: string, values: Partial<NewLog> = {}): NewLog => ({
      flowRunId,
      taskRunId: null,
      level: 'info',
      message,
      at: 1,
      ...values,
    });
    await appendLogs(db, [
      line('one', { data: { files: 3 } }),
      line('two', { level: 'debug', taskRunId }),
      line('three', { level: 'error', flowRunId: subflowRunId }),
      line('four', { level: 'warn' }),
    ]);
    const messages = async (filter: Partial<Parameters<typeof listLogs>[1]>) =>
      (await listLogs(db, { flowRunId, ...filter })).map(({ message }) => message);
    expect(await messages({})).toEqual(['one', 'two', 'four']);
    expect(await messages({ withSubflows: true })).toEqual(['one', 'two', 'three', 'four']);
    expect(await messages({ minLevel: 'warn', withSubflows: true })).toEqual(['three', 'four']);
    expect(await messages({ taskRunId })).toEqual(['two']);
    expect(await messages({ limit: 1 })).toEqual(['one']);
    expect(await messages({ limit: 2, tail: true })).toEqual(['two', 'four']);
    const [first] = await listLogs(db, { flowRunId });
    expect(first).toMatchObject({ data: { files: 3 }, level: 'info' });
    expect(await messages({ afterId: first!.id })).toEqual(['two', 'four']);
  });
});

test('artifacts keep every version of a key and are found by part of their id', async () => {
  await withRegistry(async (db) => {
    const flowRunId = await aFlowRun(db);
    const [first, second] = [newArtifactId(), newArtifactId()];
    await insertArtifact(db, { id: first, flowRunId, key: 'report', kind: 'markdown', content: '# 1', createdAt: 1 });
    await insertArtifact(db, { id: second, flowRunId, key: 'report', kind: 'markdown', content: '# 2', createdAt: 2 });
    expect((await listArtifacts(db, { flowRunId, key: 'report' })).map(({ content }) => content)).toEqual([
      '# 1',
      '# 2',
    ]);
    expect(await findArtifact(db, second.slice(-8))).toMatchObject({ id: second, content: '# 2', storageHash: null });
    await expect(findArtifact(db, 'zz')).rejects.toThrow('There is no artifact zz');
  });
});

test('child processes are known until they were seen to end', async () => {
  await withRegistry(async (db) => {
    const flowRunId = await aFlowRun(db);
    const child = {
      id: 'child-1',
      flowRunId,
      attempt: 1,
      host: 'h',
      bootId: 'b',
      pid: 41,
      processStart: '99',
      processGroup: 41,
      what: 'trial 3',
      startedAt: 5,
    };
    await insertChildProcess(db, child);
    expect(await listChildProcesses(db, flowRunId)).toEqual([child]);
    await deleteChildProcess(db, 'child-1');
    expect(await listChildProcesses(db, flowRunId)).toEqual([]);
  });
});
