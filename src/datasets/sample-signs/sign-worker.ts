import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { parentPort, workerData } from 'node:worker_threads';
import { z } from 'zod';
import { drawSign } from './draw-sign.ts';
import { encodeSign } from './encode-sign.ts';
import { listSignFiles } from './sign-files.ts';

const signWorkerJob = z.object({
  folder: z.string(),
  options: z.object({ seed: z.number(), perClass: z.number() }),
  part: z.number(),
  parts: z.number(),
});

/** One worker's share: every image whose place in the list leaves the remainder `part` when divided by `parts`. */
export type SignWorkerJob = z.infer<typeof signWorkerJob>;

const IMAGES_PER_MESSAGE = 25;

const { folder, options, part, parts } = signWorkerJob.parse(workerData);
const files = listSignFiles(options).filter((_, index) => index % parts === part);
let unreported = 0;
for (const file of files) {
  await writeFile(path.join(folder, file.path), await encodeSign(drawSign(file.letter, file.key)));
  unreported += 1;
  if (unreported === IMAGES_PER_MESSAGE || file === files.at(-1)) {
    parentPort?.postMessage(unreported);
    unreported = 0;
  }
}
