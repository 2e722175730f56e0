import { mkdir, mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { loadSharp } from '../../src/core/load-sharp.ts';
import type { Logger } from '../../src/core/logger.ts';
import { seededRandom } from '../../src/core/seeded-random.ts';
import { prepareTensorCache } from '../../src/datasets/cache/prepare-tensor-cache.ts';
import { createDatasetVersion } from '../../src/datasets/version/create-dataset-version.ts';

const sharp = loadSharp();

const SIZE = 12;
const quiet: Logger = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };
const context = { signal: new AbortController().signal, progress: () => undefined, log: quiet };

/** A tensor cache of noisy 12 × 12 grey pictures whose left or upper half is brighter; returns its absolute path. */
export async function tensorCacheOfHalves(perClass = 60): Promise<string> {
  const root = await mkdtemp(path.join(tmpdir(), 'halves-'));
  const pictures = path.join(root, 'pictures');
  const random = seededRandom('halves');
  for (const className of ['left', 'upper']) {
    await mkdir(path.join(pictures, className), { recursive: true });
    for (let index = 0; index < perClass; index += 1) {
      const pixels = Uint8Array.from({ length: SIZE * SIZE }, (_, pixel) => {
        const place = className === 'left' ? pixel % SIZE : Math.floor(pixel / SIZE);
        return (place < SIZE / 2 ? 100 : 20) + random.integer(100);
      });
      await sharp(pixels, { raw: { width: SIZE, height: SIZE, channels: 1 } })
        .png()
        .toFile(path.join(pictures, className, `${index}.png`));
    }
  }
  const dataDir = path.join(root, 'data');
  const version = await createDatasetVersion({
    ...context,
    dataDir,
    folder: pictures,
    owned: false,
    metadata: { source: 'folder:halves', name: 'halves', title: 'Halves', upstreamVersion: '1', synthetic: true },
  });
  const summary = await prepareTensorCache({
    ...context,
    dataDir,
    version,
    workers: 1,
    settings: {
      height: SIZE,
      width: SIZE,
      channels: 1,
      maxBrokenShare: 0,
      split: { kind: 'hash', train: 0.6, validation: 0.2, test: 0.2, salt: 'halves', testFolder: 'merge' },
    },
  });
  return path.join(dataDir, summary.path);
}
