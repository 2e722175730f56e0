import { serveJobs } from '../children/serve-jobs.ts';
import { pixelFitter } from '../decode/fit-pixels.ts';
import { decodeSetupSchema } from './decode-setup.ts';
import { decodeShard } from './decode-shard.ts';
import { shardJobSchema } from './plan-shards.ts';
import { sampleReader } from './read-samples.ts';
import { writeShard } from './shard.ts';
import { takeFromEarlier } from './take-earlier.ts';

// The program of a decoding child process: it is told the setup, then one shard at a time.
serveJobs({
  setup: decodeSetupSchema,
  job: shardJobSchema,
  start: (setup) => {
    const { cacheId, shape, classNames, cacheFolder, filesFolder, earlierCaches } = setup;
    const read = sampleReader(filesFolder, classNames);
    const take = takeFromEarlier(earlierCaches, shape);
    const fit = pixelFitter();
    return async (job, report) => {
      const content = await decodeShard(job, { read, take, fit }, setup, report);
      await writeShard(cacheFolder, job.index, { cacheId, shape, classNames, ...content });
      return null;
    };
  },
});
