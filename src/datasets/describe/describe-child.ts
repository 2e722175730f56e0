import { sampleReader, type ReadSample } from '../cache/read-samples.ts';
import { serveJobs } from '../children/serve-jobs.ts';
import { pixelFitter, type FitPixels } from '../decode/fit-pixels.ts';
import type { Pixels } from '../decode/pixels.ts';
import { describeJobSchema, describeSetupSchema, type DescribeResult } from './describe-messages.ts';
import { pixelMeasurer, type ImageMeasure, type MeasurePixels } from './measure-image.ts';

// The program of a child process that looks at images: one is in memory at a time, what was measured of them goes back.
serveJobs({
  setup: describeSetupSchema,
  job: describeJobSchema,
  start: ({ filesFolder, classNames, drawnSide }) => {
    const read = sampleReader(filesFolder, classNames);
    const measurePixels = pixelMeasurer();
    const fit = pixelFitter();
    return async ({ kind, samples }, report): Promise<DescribeResult> => {
      const measures: ImageMeasure[] = [];
      const broken: DescribeResult['broken'] = [];
      const drawn: DescribeResult['drawn'] = [];
      let done = 0;
      for await (const sample of read(samples)) {
        const { path, read: found } = sample;
        if ('broken' in found) broken.push({ path, reason: found.broken });
        else if (kind === 'draw') drawn.push({ path, pixels: draw(found.pixels, drawnSide, fit) });
        else measures.push(measure(sample, found.pixels, measurePixels));
        report((done += 1));
      }
      return { measures, broken, drawn };
    };
  },
});

function measure({ path, label, set, format }: ReadSample, pixels: Pixels, measurePixels: MeasurePixels): ImageMeasure {
  const known = {
    ...(label === undefined ? {} : { label }),
    ...(set === undefined ? {} : { set }),
    ...(format === undefined ? {} : { format }),
  };
  return { path, ...known, ...measurePixels(pixels) };
}

function draw(pixels: Pixels, side: number, fit: FitPixels): string {
  return Buffer.from(fit(pixels, { width: side, height: side, channels: 3 })).toString('base64');
}
