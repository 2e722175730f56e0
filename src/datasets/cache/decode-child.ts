import { loadSharp } from '../../core/load-sharp.ts';
import { DataError, toRunError } from '../../core/errors.ts';
import type { IdxSet } from '../idx/idx-files.ts';
import { readIdxSet, type IdxImages } from '../idx/read-idx-set.ts';
import { toDecodeChildSchema, type DecodeSetup, type FromDecodeChild } from './decode-messages.ts';
import { decodeFiles, decodeIdx, type DecodedShard } from './decode-shard.ts';
import type { ShardJob } from './plan-shards.ts';
import { writeShard } from './shard.ts';

/** The program of a decoding child process: it is told the setup, then one shard at a time, and ends with its parent. */
function serve(): void {
  process.on('disconnect', endNow);
  // A terminal sends Ctrl-C to every process. The parent decides what it means.
  process.on('SIGINT', () => undefined);
  let decode: ((job: ShardJob) => Promise<void>) | undefined;
  process.on('message', (message: unknown) => {
    const request = toDecodeChildSchema.parse(message);
    if (request.type === 'setup') {
      decode = shardDecoder(request.setup);
      return;
    }
    void decode?.(request.job).then(
      () => send({ type: 'written' }),
      (error: unknown) => {
        const { code, message: text } = toRunError(error);
        send({ type: 'failed', code, message: text });
      },
    );
  });
}

function endNow(): void {
  process.kill(process.pid, 'SIGKILL');
}

function shardDecoder(setup: DecodeSetup): (job: ShardJob) => Promise<void> {
  let loaded: { readonly set: IdxSet; readonly images: IdxImages } | undefined;
  let isTuned = false;
  const decodeJob = async (job: ShardJob): Promise<DecodedShard> => {
    if (job.kind === 'files') {
      if (!isTuned) useOneThread();
      isTuned = true;
      return decodeFiles(job, setup, (done) => {
        if (done % PROGRESS_EVERY === 0) send({ type: 'progress', done });
      });
    }
    if (loaded?.set !== job.set) loaded = { set: job.set, images: await readIdxSet(setup.filesFolder, job.set) };
    return decodeIdx(job, loaded.images, setup);
  };
  return async (job) => {
    const { rows, broken } = await decodeJob(job);
    const { cacheId, shape, classNames, cacheFolder } = setup;
    await writeShard(cacheFolder, job.index, { cacheId, shape, classNames, rows, broken });
  };
}

const PROGRESS_EVERY = 32;

/** The processes are the parallelism: libvips' own threads and cache cost more than they give on single images. */
function useOneThread(): void {
  const sharp = loadSharp();
  sharp.concurrency(1);
  sharp.cache(false);
}

function send(message: FromDecodeChild): void {
  if (process.send === undefined) throw new DataError('A decoding child must be started by its parent.');
  if (process.connected) process.send(message);
}

serve();
