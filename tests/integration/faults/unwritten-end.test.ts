import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from '@jest/globals';
import { sql } from 'kysely';
import { startCli, runCli } from '../../e2e/run-cli.ts';
import { openJob, rootRun, standsStill } from '../../faults/inspect-job.ts';
import { MARK } from '../../faults/marked-processes.ts';
import { temporaryFolder } from '../../helpers/dataset-files.ts';

test('orphaned Running after crash: a run whose end could not be written ends with an error, is reaped, and a retry completes it', async () => {
  const cwd = await temporaryFolder();
  await mkdir(path.join(cwd, '.mlflow-ts'));
  const script = fileURLToPath(new URL('../../faults/signals-cli.js', import.meta.url));
  const run = startCli(['run', 'at-the-end', '--json'], { cwd, script, env: { [MARK]: cwd } });
  await run.stderrShows('here');
  const services = await openJob(cwd);
  const { db } = services.registry;
  await sql`create trigger no_end before update on flow_runs when new.state_kind = 'Completed'
    begin select raise(abort, 'the disk does not take it'); end`.execute(db);
  const { code, stderr } = await run.ended;
  expect(code).toBeGreaterThan(0);
  expect(stderr).toContain('the disk does not take it');
  const { id, state } = (await rootRun(services))!;
  expect(state.kind).toBe('Running');

  await sql`drop trigger no_end`.execute(db);
  const retried = await runCli(['runs', 'retry', id, '--json'], { cwd, script });
  expect(retried).toMatchObject({ code: 0, stderr: expect.stringContaining('is now Crashed: its process is gone') });
  expect(await rootRun(services)).toMatchObject({ attempt: 2, state: { kind: 'Completed' }, result: 'done' });
  expect(await standsStill(services, cwd)).toEqual([]);
  await services.registry.close();
});
