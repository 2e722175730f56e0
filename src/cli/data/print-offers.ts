import { listSourceFiles, searchDatasets, type Listed } from '../../app/kaggle-lists.ts';
import type { AppServices } from '../../app/services.ts';
import type { CommandContext } from '../command-context.ts';
import { bytesText } from '../live/progress-text.ts';
import type { Output } from '../output.ts';
import { tableText, type Column } from '../table.ts';
import { untilInterrupted } from '../until-interrupted.ts';
import { whileWaiting } from '../while-waiting.ts';
import { wholeNumber } from '../whole-number.ts';

export type OfferOptions = { readonly limit: string };

/** `data search`. */
export async function printOffers(
  services: AppServices,
  text: string,
  options: OfferOptions,
  output: Output,
  context: CommandContext,
): Promise<void> {
  await printListed(options, output, context, {
    ask: (asked) => searchDatasets(services, text, asked),
    none: `Kaggle has no dataset about "${text}".`,
    columns: [
      { heading: 'source', cell: ({ source }) => output.paint.bold(source) },
      { heading: 'size', align: 'right', cell: sizeCell },
      { heading: 'downloads', align: 'right', cell: ({ downloads }) => downloads?.toLocaleString('en-US') ?? '?' },
      { heading: 'changed', cell: ({ lastUpdated }) => dayCell(lastUpdated) },
      { heading: 'title', cell: ({ title }) => title },
    ],
  });
}

/** `data files`. */
export async function printSourceFiles(
  services: AppServices,
  source: string,
  options: OfferOptions,
  output: Output,
  context: CommandContext,
): Promise<void> {
  await printListed(options, output, context, {
    ask: (asked) => listSourceFiles(services, source, asked),
    none: `${source} has no files.`,
    columns: [
      { heading: 'file', cell: ({ name }) => name },
      { heading: 'size', align: 'right', cell: sizeCell },
      { heading: 'added', cell: ({ createdAt }) => dayCell(createdAt) },
    ],
  });
}

type Asked<Row> = {
  readonly ask: (options: { readonly limit: number; readonly signal: AbortSignal }) => Promise<Listed<Row>>;
  /** What is said when there is nothing. */
  readonly none: string;
  readonly columns: readonly Column<Row>[];
};

async function printListed<Row>(
  options: OfferOptions,
  output: Output,
  context: CommandContext,
  { ask, none, columns }: Asked<Row>,
): Promise<void> {
  const limit = wholeNumber('--limit', options.limit);
  const listed = await whileWaiting('Asking Kaggle', context, () =>
    untilInterrupted(context, (signal) => ask({ limit, signal })),
  );
  if (listed === undefined) return;
  const { rows, more } = listed;
  if (output.json) {
    output.printJson(rows);
    return;
  }
  if (rows.length === 0) {
    output.remark(none);
    return;
  }
  output.print(tableText(rows, columns));
  if (more) output.remark(`There are more; --limit ${limit * 5} shows them.`);
}

function sizeCell({ bytes }: { readonly bytes: number | null }): string {
  return bytes === null ? '?' : bytesText(bytes);
}

function dayCell(time: string | null): string {
  return time?.slice(0, 10) ?? '?';
}
