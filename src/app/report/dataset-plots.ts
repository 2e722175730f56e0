import { barPlotSvg } from '../../core/svg/bar-plot.ts';
import { element } from '../../core/svg/element.ts';
import { histogramSvg } from '../../core/svg/histogram.ts';
import {
  filledSplits,
  type DatasetDescription,
  type PlacedImage,
} from '../../datasets/describe/dataset-description.ts';

/** Images a class, by split. */
export function classPlot({ classes }: DatasetDescription): string {
  const filled = filledSplits({ classes });
  return barPlotSvg({
    title: 'Images a class',
    counted: 'images',
    parts: filled,
    bars: classes.map(({ class: name, images, splits }) => ({
      name,
      parts: filled.length === 0 ? [images] : filled.map((split) => splits[split] ?? 0),
    })),
  });
}

/** Nothing where all images have one shape. */
export function aspectRatioPlot(images: readonly PlacedImage[]): string {
  const ratios = images.map(({ width, height }) => width / height);
  if (new Set(ratios).size < 2) return '';
  return histogram('Shapes', 'width / height', ratios);
}

/** How bright the images are. */
export function brightnessPlot(images: readonly PlacedImage[]): string {
  return histogram(
    'Brightness',
    'mean of the grey image',
    images.map(({ brightness }) => brightness),
  );
}

/** How sharp the images are, on a scale of powers of ten. */
export function sharpnessPlot(images: readonly PlacedImage[]): string {
  return histogram(
    'Sharpness',
    'variance of the Laplacian, log10(1 + x)',
    images.map(({ sharpness }) => Math.log10(1 + sharpness)),
  );
}

/** How many boxes images have; nothing where all have as many. */
export function boxCountPlot(counts: readonly number[]): string {
  return new Set(counts).size < 2 ? '' : histogram('Boxes in an image', 'boxes', counts);
}

/** How large boxes are: the root of their part of the image's area. */
export function boxSizePlot(sizes: readonly number[]): string {
  return histogram('Sizes of boxes', 'root of the part of the image', sizes, 'boxes');
}

function histogram(title: string, label: string, values: readonly number[], counted = 'images'): string {
  const svg = histogramSvg({ title, label, values, counted, ...{ width: 560, height: 260 } });
  return element('div', { class: 'plots' }, svg);
}
