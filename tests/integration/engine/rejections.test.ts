import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, test } from '@jest/globals';
import { listFlowRuns } from '../../../src/registry/flow-runs.ts';
import { listLogs } from '../../../src/registry/logs.ts';
import { withEngine } from '../../helpers/engine.ts';

test(
  'promises that nobody awaits do not end the process, and are told in the log',
  withEngine(async ({ folder, runtime }) => {
    const script = fileURLToPath(new URL('../../fixtures/engine-rejections.js', import.meta.url));
    const { stdout } = await promisify(execFile)(process.execPath, [script, folder]);
    expect(stdout).toBe('"survived"\n');
    const [run] = await listFlowRuns(runtime.registry.db);
    const logs = await listLogs(runtime.registry.db, { flowRunId: run!.id, minLevel: 'error' });
    expect(logs.map(({ message }) => message).sort()).toEqual([
      'A promise was rejected and nobody awaited it: boom',
      'A promise was rejected and nobody awaited it: mine',
    ]);
  }),
);

test(
  'many runs at once in one process bring no warning of leaked listeners',
  withEngine(async ({ folder, runtime }) => {
    const script = fileURLToPath(new URL('../../fixtures/many-runs.js', import.meta.url));
    const { stderr } = await promisify(execFile)(process.execPath, [script, folder]);
    expect(stderr).toBe('');
    expect(await listFlowRuns(runtime.registry.db, { states: ['Completed'] })).toHaveLength(15);
  }),
);
