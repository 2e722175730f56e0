import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from '@jest/globals';
import { openJob } from '../faults/inspect-job.ts';
import { halfWritten } from '../faults/whole-files.ts';
import { canMount, growDisk, mountSmallDisk, unmount } from '../helpers/small-disk.ts';
import { runCli, SHIPPED, TINY } from './run-cli.ts';

const rooms: string[] = [];
afterAll(() => {
  for (const room of rooms) {
    unmount(room);
    rmSync(room, { recursive: true, force: true });
  }
});

/** A disk of so many KiB. */
function smallDisk(kib: number): string {
  const room = mkdtempSync(join(tmpdir(), 'full-disk-'));
  rooms.push(room);
  mountSmallDisk(room, kib);
  return room;
}

const testOnSmallDisk = canMount ? test : test.skip;

const PIPELINE = [
  'pipeline',
  'source=sample:signs?perClass=12',
  'imageSize=16',
  'split=hash',
  'testShare=0.4',
  'trialEpochs=1',
  'epochs=2',
  'threads=1',
  'space={"learningRate":{"choice":[0.01]},"filters":{"choice":[4]},"blocks":{"choice":[2]}}',
];

testOnSmallDisk.each([
  ['the registry', 600, TINY, ['hello', 'times=1000']],
  ['the download', 900, SHIPPED, ['collect', 'source=sample:signs?perClass=12']],
  ['the tensor cache, the trainings or the model', 2_700, SHIPPED, PIPELINE],
])(
  'a disk that gets full while it takes %s: an error that says so, nothing that looks whole, and a retry completes',
  async (_what, kib, script, [flow, ...parameters]) => {
    const cwd = smallDisk(kib);
    mkdirSync(join(cwd, '.mlflow-ts'));
    const cli = (...args: string[]) => runCli(args, { cwd, script });
    const ran = await cli('run', flow!, ...parameters.flatMap((parameter) => ['-p', parameter]));
    expect({ code: ran.code, stdout: ran.stdout }).toEqual({
      code: 4,
      stdout: expect.not.stringContaining('Completed'),
    });
    expect(ran.stderr).toMatch(/the disk is full\. Free some space/);
    expect(ran.stderr).not.toMatch(/^ +at /m);

    expect(growDisk(cwd, 200 * 1_024)).toBe(true);
    const [run] = JSON.parse((await cli('runs', 'ls', '--json')).stdout) as { id: string; state: string }[];
    expect(run!.state).not.toBe('Completed');
    expect(await cli('runs', 'retry', run!.id)).toMatchObject({ code: 0 });
    const services = await openJob(cwd);
    expect(await halfWritten(services)).toEqual([]);
    await services.registry.close();
    expect((await cli('registry', 'check')).code).toBe(0);
  },
);
