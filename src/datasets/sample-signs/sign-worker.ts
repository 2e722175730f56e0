import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { parentPort, workerData } from 'node:worker_threads';
import { drawSign } from './draw-sign.ts';
import { encodeSign } from './encode-sign.ts';
import type { SignWorkerJob } from './sign-worker-job.ts';
import { listSignFiles } from './sign-files.ts';

const IMAGES_PER_MESSAGE = 25;

const { folder, options, part, parts } = workerData as SignWorkerJob;
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
