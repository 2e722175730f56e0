import { element, escapeXml } from '../../core/svg/element.ts';
import { filledSplits, type DatasetDescription, type ImageName } from '../../datasets/describe/dataset-description.ts';
import { sampledClasses, sampleImages, shownGroups, shownOutliers } from '../../datasets/describe/choose-examples.ts';
import type { DescribedDataset } from '../../datasets/describe/describe-dataset.ts';
import type { DatasetVersionRow } from '../../registry/dataset-versions.ts';
import { aspectRatioPlot, brightnessPlot, classPlot, sharpnessPlot } from './dataset-plots.ts';
import { boxSections } from './box-sections.ts';
import { drawBoxes } from './draw-boxes.ts';
import { htmlPage, htmlTable, paragraph, section } from './html-page.ts';
import { pictureStrip } from './picture-strip.ts';

/** The version that a report is about, and whose splits it tells; null: the source's own. */
export type ReportedVersion = Pick<DatasetVersionRow, 'id' | 'name' | 'source' | 'synthetic' | 'licence'> & {
  readonly tensorCache: string | null;
};

/** The report of a dataset version as one HTML page: classes, sizes, pixels, look-alikes, outliers and samples. */
export async function datasetReport(version: ReportedVersion, described: DescribedDataset): Promise<string> {
  const { description, images } = described;
  const { brightness, sharpness, unreadable, mislabelled } = description;
  return htmlPage(`${version.name} – dataset report`, [
    head(version),
    figures(description),
    section('Classes', classPlot(description), classTable(description), splitNote(version)),
    ...boxSections(described),
    section('Sizes', sizeTable(description), aspectRatioPlot(images)),
    section('Pixels', pixelTable(description)),
    section(
      'Unreadable images',
      htmlTable(
        ['file', 'why'],
        unreadable.map(({ path, reason }) => [path, reason]),
      ),
    ),
    section(
      'Mislabelled files',
      htmlTable(
        ['file', 'is'],
        mislabelled.map(({ path, format }) => [path, format]),
      ),
    ),
    section('Near-duplicates', duplicatesText(description), await groupStrips(described)),
    section('Brightness', brightnessPlot(images), await outlierStrip(described, brightness)),
    section('Sharpness', sharpnessPlot(images), await outlierStrip(described, sharpness)),
    section('Samples', await sampleStrips(described)),
  ]);
}

function head({ name, id, source, synthetic, licence }: ReportedVersion): string {
  const facts = [
    source,
    `version ${id}`,
    licence ?? 'licence not stated',
    ...(synthetic ? ['drawn by a program'] : []),
  ];
  return [element('h1', {}, escapeXml(name)), element('p', { class: 'faint' }, escapeXml(facts.join(' · ')))].join('');
}

function figures({ images, classes, unreadable, nearDuplicates }: DatasetDescription): string {
  const shown: [number, string][] = [
    [images, 'images'],
    [classes.length, 'classes'],
    [unreadable.length, 'unreadable'],
    [nearDuplicates.images, 'have a near-duplicate'],
    [nearDuplicates.acrossSplits, 'of them across splits'],
    [nearDuplicates.acrossClasses, 'of them across classes'],
  ];
  const boxes = shown.map(([count, text]) =>
    element('div', { class: 'figure' }, element('b', {}, count.toLocaleString('en-US')), text),
  );
  return element('div', { class: 'figures' }, ...boxes);
}

function classTable({ classes }: DatasetDescription): string {
  const filled = filledSplits({ classes });
  return htmlTable(
    ['class', 'images', ...filled],
    classes.map(({ class: name, images, splits }) => [name, images, ...filled.map((split) => splits[split] ?? 0)]),
  );
}

function splitNote({ tensorCache }: ReportedVersion): string {
  return paragraph(
    tensorCache === null
      ? 'Splits are those of the source: no tensor cache divides the images.'
      : `Splits are those of the tensor cache ${tensorCache}.`,
  );
}

function sizeTable({ sizes: { common, distinct, width, height, aspectRatio } }: DatasetDescription): string {
  const ranges: [string, DatasetDescription['sizes']['width']][] = [
    ['width', width],
    ['height', height],
    ['width / height', aspectRatio],
  ];
  const rest = distinct > common.length ? paragraph(`The commonest of ${distinct} sizes:`) : '';
  return [
    htmlTable(
      ['', 'least', 'median', 'most'],
      ranges.map(([name, { low, median, high }]) => [name, low, median, high]),
    ),
    rest,
    htmlTable(
      ['size', 'images'],
      common.map((size) => [`${size.width} × ${size.height}`, size.images]),
    ),
  ].join('');
}

function pixelTable({ pixels: { mean, std }, channels }: DatasetDescription): string {
  const names = mean.length === 1 ? ['grey'] : ['red', 'green', 'blue'];
  return [
    htmlTable(
      ['channel', 'mean (0 to 1)', 'standard deviation'],
      names.map((name, at) => [name, mean[at]!, std[at]!]),
    ),
    paragraph(
      `${channels.colour.toLocaleString('en-US')} images have colour, ${channels.grey.toLocaleString('en-US')} are grey.`,
    ),
  ].join('');
}

function duplicatesText({ nearDuplicates: { images, groups, acrossSplits } }: DatasetDescription): string {
  if (images === 0) return paragraph('No two images look alike.');
  const leak =
    acrossSplits === 0 ? '' : ' Those across splits let a model be tested on what it has learned: scores are too good.';
  return paragraph(
    `${images} images in ${groups.length} groups look alike. Below the groups across splits or classes first.${leak}`,
  );
}

async function groupStrips(described: DescribedDataset): Promise<string> {
  const strips = shownGroups(described.description).map((group) =>
    strip(described, group, group.map(nameText).join(' · ')),
  );
  return (await Promise.all(strips)).join('');
}

function nameText({ path, split }: ImageName): string {
  return split === null ? path : `${path} (${split})`;
}

async function outlierStrip(described: DescribedDataset, spread: DatasetDescription['brightness']): Promise<string> {
  const { outliers } = spread;
  if (outliers.length === 0) return paragraph('No image lies far outside.');
  const shown = shownOutliers(spread);
  const more = outliers.length > shown.length ? `, the farthest ${shown.length}` : '';
  return [
    await strip(described, shown, `${outliers.length} far outside (modified z-score past 3.5)${more}`),
    htmlTable(
      ['file', 'class', 'value', 'score'],
      shown.map(({ path, class: name, value, score }) => [path, name ?? '–', value, score]),
    ),
  ].join('');
}

async function sampleStrips(described: DescribedDataset): Promise<string> {
  const { description, images, pictures, pictureSide: side } = described;
  const counts = new Map(description.classes.map((row) => [row.class, row.images]));
  const strips = sampledClasses(description).map((name, label) => {
    const found = sampleImages(images, name).flatMap((image) => {
      const picture = pictures.get(image.path);
      return picture === undefined ? [] : [drawBoxes(picture, { side, image, label })];
    });
    return pictureStrip(found, side, `${name}: ${(counts.get(name) ?? 0).toLocaleString('en-US')}`);
  });
  return (await Promise.all(strips)).join('');
}

async function strip(
  { pictures, pictureSide }: DescribedDataset,
  images: readonly ImageName[],
  caption: string,
): Promise<string> {
  const found = images.flatMap(({ path }) => pictures.get(path) ?? []);
  return pictureStrip(found, pictureSide, caption);
}
