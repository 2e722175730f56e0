import { fork } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { expect, test } from '@jest/globals';
import type { DecodeSetup } from '../../../src/datasets/cache/decode-setup.ts';
import { temporaryFolder } from '../../helpers/dataset-files.ts';
import { tensorCacheOfHalves } from '../../helpers/tensor-caches.ts';
import { longJob } from '../../helpers/training-jobs.ts';

const entry = (name: string): string => fileURLToPath(new URL(`../../../src/${name}.js`, import.meta.url));

test('orphaned Running after crash: a training whose parent dies while it is still loading ends, though it has its job', async () => {
  const job = longJob(await tensorCacheOfHalves());
  const child = fork(entry('app/training-child'), [], { stdio: 'ignore', execArgv: [] });
  const ended = once(child, 'exit');
  // Its job is written, and the channel closed, before it has begun to read.
  child.send(job, () => child.disconnect());
  const limit = pause(20_000, ['still trains'], { ref: false });
  expect(await Promise.race([ended, limit])).not.toEqual(['still trains']);
});

test('cancel: a decoding process leaves Ctrl-C to its parent and ends with it', async () => {
  const child = fork(entry('datasets/cache/decode-child'), [], { stdio: 'ignore', execArgv: [] });
  const ended = once(child, 'exit');
  const setup: DecodeSetup = {
    cacheId: 'none',
    filesFolder: '/',
    cacheFolder: await temporaryFolder(),
    earlierCaches: [],
    shape: { height: 8, width: 8, channels: 1 },
    classNames: ['a'],
    split: { kind: 'folders', validation: 0.1, salt: '' },
    hasValidationSet: false,
  };
  child.send({ type: 'setup', setup });
  child.send({ type: 'job', job: { kind: 'files', index: 0, samples: [] } });
  // An answer shows that it listens.
  await Promise.race([once(child, 'message'), ended.then(() => Promise.reject(new Error('it ended')))]);
  child.kill('SIGINT');
  expect(await Promise.race([ended, pause(200, ['goes on'])])).toEqual(['goes on']);
  child.disconnect();
  expect(await ended).toEqual([null, 'SIGKILL']);
});
