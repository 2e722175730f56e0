import { resolve } from 'node:path';
import { existsSync } from 'node:fs';
import sharp from 'sharp';
import unzipper from 'unzipper';
import { samplesOf, type Samples } from '../../src/core/samples.ts';

const FILE = 'cifar-10/cifar-10-images.zip';
const IMAGE = { height: 32, width: 32, channels: 3 };

export type CifarImages = { readonly train: Samples; readonly test: Samples; readonly classes: number };

/** The subset of CIFAR-10, `train/<class>/*.jpg` and `test/<class>/*.jpg` in a zip; undefined where it is not installed. */
export async function cifarImages(): Promise<CifarImages | undefined> {
  const file = resolve(process.env.MLFLOW_TS_REAL_DATA ?? '../shared/data', FILE);
  if (!existsSync(file)) return undefined;
  const { files } = await unzipper.Open.file(file);
  const images = files.filter(({ path }) => path.endsWith('.jpg'));
  const classes = [...new Set(images.map(({ path }) => path.split('/').at(-2)!))].toSorted();
  const split = async (name: string): Promise<Samples> => {
    const chosen = images.filter(({ path }) => path.split('/').at(-3) === name);
    const pixels = await Promise.all(
      chosen.map(async (each) =>
        sharp(await each.buffer())
          .raw()
          .toBuffer(),
      ),
    );
    const labels = Int32Array.from(chosen, ({ path }) => classes.indexOf(path.split('/').at(-2)!));
    return samplesOf({ images: new Uint8Array(Buffer.concat(pixels)), labels, count: chosen.length, ...IMAGE });
  };
  return { train: await split('train'), test: await split('test'), classes: classes.length };
}
