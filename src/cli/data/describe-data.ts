import { describeData, type DescribedData } from '../../app/describe-data.ts';
import type { AppServices } from '../../app/services.ts';
import { shortId } from '../../core/ids.ts';
import { isAcross } from '../../datasets/describe/dataset-description.ts';
import { factLines, metricCell } from '../cell-text.ts';
import type { CommandContext } from '../command-context.ts';
import { countText } from '../count-text.ts';
import type { Output } from '../output.ts';
import { tableText } from '../table.ts';
import { boxFacts, boxesText } from './describe-box-text.ts';
import { splitColumns } from './split-columns.ts';
import { untilInterrupted } from '../until-interrupted.ts';
import { whileWaiting } from '../while-waiting.ts';
import { wholeNumber } from '../whole-number.ts';

export type DescribeOptions = { readonly report?: string; readonly workers: string };

/** `data describe` */
export async function printDescription(
  services: AppServices,
  version = 'latest',
  options: DescribeOptions,
  output: Output,
  context: CommandContext,
): Promise<void> {
  const workers = wholeNumber('--workers', options.workers);
  const found = await whileWaiting(`Looking at ${version}`, context, (tell) =>
    untilInterrupted(context, (signal) => {
      const progress = ({ done, total = 0 }: { readonly done: number; readonly total?: number }) =>
        tell(`Looking at ${version}: ${done.toLocaleString('en-US')} of ${countText(total, 'image')}`);
      return describeData(services, version, { report: options.report, workers, signal, progress });
    }),
  );
  if (found === undefined) return;
  if (output.json) {
    output.printJson(found);
    return;
  }
  output.print(`${output.paint.bold(`${found.name} ${shortId(found.id)}`)}\n${factLines(facts(found), output.paint)}`);
  output.print(`\n${classesText(found)}`);
  if (found.boxes !== null) output.print(`\n${boxesText(found, found.boxes)}`);
  tellUnreadable(found, output);
  tellLookAlikes(found, output);
  output.print(`\nWrote ${found.report}`);
}

function facts(found: DescribedData): [string, string][] {
  const { images, unreadable, sizes, channels, pixels, brightness, sharpness, nearDuplicates } = found;
  const [common] = sizes.common;
  const size = common === undefined ? '–' : `${common.width} × ${common.height} (${countText(common.images, 'image')})`;
  return [
    ['Images', `${images.toLocaleString('en-US')}, ${countText(unreadable.length, 'other')} unreadable`],
    ['Sizes', sizes.distinct < 2 ? size : `${sizes.distinct}, most often ${size}`],
    ['Width', rangeText(sizes.width)],
    ['Height', rangeText(sizes.height)],
    ['Width / height', rangeText(sizes.aspectRatio)],
    ...(found.boxes === null ? [] : boxFacts(found.boxes)),
    ['Formats', formatsText(found)],
    ['Channels', `${channels.colour.toLocaleString('en-US')} in colour, ${channels.grey.toLocaleString('en-US')} grey`],
    ['Mean', numbersText(pixels.mean)],
    ['Std', numbersText(pixels.std)],
    ['Brightness', `${rangeText(brightness)}, ${countText(brightness.outliers.length, 'outlier')}`],
    ['Sharpness', `${rangeText(sharpness)}, ${countText(sharpness.outliers.length, 'outlier')}`],
    ['Near-duplicates', duplicatesText(nearDuplicates)],
    ['Splits', found.tensorCache === null ? 'of the source' : `of tensor cache ${shortId(found.tensorCache)}`],
  ];
}

function formatsText({ formats, mislabelled }: DescribedData): string {
  const counts = Object.entries(formats).map(([format, count]) => `${format} ${count.toLocaleString('en-US')}`);
  const named = mislabelled.length === 0 ? '' : `; ${countText(mislabelled.length, 'file')} named otherwise`;
  return counts.length === 0 ? '–' : `${counts.join(' · ')}${named}`;
}

function rangeText({ low, median, high }: DescribedData['sizes']['width']): string {
  const [least, middle, most] = [low, median, high].map(metricCell);
  return low === high ? least! : `${least!} … ${middle!} … ${most!}`;
}

function numbersText(values: readonly number[]): string {
  return values.map((value) => metricCell(value)).join(' ');
}

function duplicatesText({ images, groups, acrossSplits, acrossClasses }: DescribedData['nearDuplicates']): string {
  if (images === 0) return 'none';
  const [all, splits, classes] = [images, acrossSplits, acrossClasses].map((count) => count.toLocaleString('en-US'));
  return `${all!} images in ${countText(groups.length, 'group')}; across splits ${splits!}, across classes ${classes!}`;
}

function classesText(found: DescribedData): string {
  return tableText(found.classes, [
    { heading: 'class', cell: (row) => row.class },
    { heading: 'images', align: 'right', cell: ({ images }) => images.toLocaleString('en-US') },
    ...splitColumns(found),
  ]);
}

const MOST_SHOWN = 10;

function tellUnreadable({ unreadable }: DescribedData, output: Output): void {
  if (unreadable.length === 0) return;
  output.print(
    `\n${tableText(unreadable.slice(0, MOST_SHOWN), [
      { heading: 'unreadable', cell: ({ path }) => path },
      { heading: 'why', cell: ({ reason }) => reason },
    ])}${moreText(unreadable.length)}`,
  );
}

/** Those that spoil scores or labels. */
function tellLookAlikes({ nearDuplicates: { groups } }: DescribedData, output: Output): void {
  const bad = groups.filter(isAcross);
  if (bad.length === 0) return;
  output.print(
    `\n${tableText(bad.slice(0, MOST_SHOWN), [
      { heading: 'alike', align: 'right', cell: (group) => String(group.length) },
      { heading: 'classes', cell: (group) => distinct(group.map((image) => image.class ?? '–')) },
      { heading: 'splits', cell: (group) => distinct(group.map(({ split }) => split ?? '–')) },
      { heading: 'for example', cell: ([first, second]) => `${first!.path}, ${second!.path}` },
    ])}${moreText(bad.length)}`,
  );
}

function distinct(names: readonly string[]): string {
  return [...new Set(names)].join(' ');
}

function moreText(count: number): string {
  return count > MOST_SHOWN ? `\nand ${(count - MOST_SHOWN).toLocaleString('en-US')} more: see --json` : '';
}
