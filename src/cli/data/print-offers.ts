import { listSourceFiles, searchDatasets } from '../../app/kaggle-lists.ts';
import type { AppServices } from '../../app/services.ts';
import type { CommandContext } from '../command-context.ts';
import { bytesText } from '../live/progress-text.ts';
import type { Output } from '../output.ts';
import { tableText } from '../table.ts';
import { whileWaiting } from '../while-waiting.ts';
import { wholeNumber } from '../whole-number.ts';

/** `data search`. */
export async function printOffers(
  services: AppServices,
  text: string,
  options: { readonly limit: string },
  output: Output,
  context: CommandContext,
): Promise<void> {
  const limit = wholeNumber('--limit', options.limit);
  const { signal } = new AbortController();
  const { rows, more } = await whileWaiting('Asking Kaggle', context, () =>
    searchDatasets(services, text, { limit, signal }),
  );
  if (output.json) {
    output.printJson(rows);
    return;
  }
  if (rows.length === 0) {
    output.remark(`Kaggle has no dataset about "${text}".`);
    return;
  }
  output.print(
    tableText(rows, [
      { heading: 'source', cell: ({ source }) => output.paint.bold(source) },
      { heading: 'size', align: 'right', cell: ({ bytes }) => (bytes === null ? '?' : bytesText(bytes)) },
      { heading: 'downloads', align: 'right', cell: ({ downloads }) => downloads?.toLocaleString('en-US') ?? '?' },
      { heading: 'changed', cell: ({ lastUpdated }) => lastUpdated?.slice(0, 10) ?? '?' },
      { heading: 'title', cell: ({ title }) => title },
    ]),
  );
  if (more) output.remark(`There are more; --limit ${limit * 5} shows them.`);
}

/** `data files`. */
export async function printSourceFiles(
  services: AppServices,
  source: string,
  options: { readonly limit: string },
  output: Output,
  context: CommandContext,
): Promise<void> {
  const limit = wholeNumber('--limit', options.limit);
  const { signal } = new AbortController();
  const { rows, more } = await whileWaiting('Asking Kaggle', context, () =>
    listSourceFiles(services, source, { limit, signal }),
  );
  if (output.json) {
    output.printJson(rows);
    return;
  }
  if (rows.length === 0) {
    output.remark(`${source} has no files.`);
    return;
  }
  output.print(
    tableText(rows, [
      { heading: 'file', cell: ({ name }) => name },
      { heading: 'size', align: 'right', cell: ({ bytes }) => (bytes === null ? '?' : bytesText(bytes)) },
      { heading: 'added', cell: ({ createdAt }) => createdAt?.slice(0, 10) ?? '?' },
    ]),
  );
  if (more) output.remark(`There are more; --limit ${limit * 5} shows them.`);
}
