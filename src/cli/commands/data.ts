import type { Command } from 'commander';
import type { DatasetDetails, DatasetListing } from '../../app/data.ts';
import type { AppServices } from '../../app/services.ts';
import type { GarbageOptions } from '../data/collect-garbage.ts';
import type { CommandContext } from '../command-context.ts';
import type { DescribeOptions } from '../data/describe-data.ts';
import type { DiffOptions } from '../data/diff-data.ts';
import type { OfferOptions } from '../data/print-offers.ts';
import type { Output } from '../output.ts';
import { withServices } from '../with-services.ts';

/** `data`: the dataset versions that were collected. */
export function declareData(program: Command, context: CommandContext): void {
  const data = program
    .command('data')
    .alias('dataset')
    .description('list, show, verify, compare and remove collected dataset versions');
  data
    .command('ls')
    .description('list dataset versions, newest first')
    .option('--name <name>', 'only versions of this dataset')
    .action(async (options: { readonly name?: string }, command: Command) => {
      await withServices(context, command, 'read', (services, output) => printData(services, options, output));
    });
  data
    .command('show [version]')
    .description('show a dataset version: an id or its beginning, a dataset’s name for its newest, or latest')
    .action(async (version: string | undefined, _options: unknown, command: Command) => {
      await withServices(context, command, 'read', (services, output) => printDataset(services, version, output));
    });
  declareOffers(data, context);
  declareInspecting(data, context);
  declareRemoving(data, context);
}

/** `data verify`, `data diff` and `data describe`: what is in dataset versions, and whether it still is. */
function declareInspecting(data: Command, context: CommandContext): void {
  data
    .command('verify [version]')
    .description('read all files of a dataset version again and compare them with what was collected')
    .action(async (version: string | undefined, _options: unknown, command: Command) => {
      await withServices(context, command, 'read', async (services, output) => {
        const { printVerification } = await import('../data/verify-data.ts');
        await printVerification(services, version, output, context);
      });
    });
  data
    .command('diff <version> <other-version>')
    .description('compare two dataset versions: files added, removed, changed, relabelled or renamed, by class')
    .option('--limit <n>', 'show at most so many files of a kind', '20')
    .action(async (first: string, second: string, options: DiffOptions, command: Command) => {
      await withServices(context, command, 'read', async (services, output) => {
        const { printDataDiff } = await import('../data/diff-data.ts');
        await printDataDiff(services, first, second, options, output);
      });
    });
  data
    .command('describe [version]')
    .description(
      'look at all images: classes, sizes, pixels, near-duplicates, outliers; writes a report, one HTML file',
    )
    .option('--report <file>', "the report's file; default in the reports folder of the data folder")
    .option('--workers <n>', 'processes that look at images at once', '2')
    .action(async (version: string | undefined, options: DescribeOptions, command: Command) => {
      await withServices(context, command, 'read', async (services, output) => {
        const { printDescription } = await import('../data/describe-data.ts');
        await printDescription(services, version, options, output, context);
      });
    });
}

/** `data search` and `data files`: what there is to collect, without collecting it. */
function declareOffers(data: Command, context: CommandContext): void {
  data
    .command('search <text...>')
    .description('search Kaggle for datasets')
    .option('--limit <n>', 'at most so many', '20')
    .action(async (text: readonly string[], options: OfferOptions, command: Command) => {
      await withServices(context, command, 'read', async (services, output) => {
        const { printOffers } = await import('../data/print-offers.ts');
        await printOffers(services, text.join(' '), options, output, context);
      });
    });
  data
    .command('files <source>')
    .description('list the files of a dataset on Kaggle: kaggle:owner/slug[/versions/N]')
    .option('--limit <n>', 'at most so many', '100')
    .action(async (source: string, options: OfferOptions, command: Command) => {
      await withServices(context, command, 'read', async (services, output) => {
        const { printSourceFiles } = await import('../data/print-offers.ts');
        await printSourceFiles(services, source, options, output, context);
      });
    });
}

function declareRemoving(data: Command, context: CommandContext): void {
  data
    .command('rm <versions...>')
    .description('remove dataset versions and their tensor caches from this machine')
    .option('--force', 'also what a model version was trained on, and while flow runs are open')
    .option('-y, --yes', 'do not ask')
    .action(async (versions: readonly string[], options: { yes?: boolean; force?: boolean }, command: Command) => {
      await withServices(context, command, 'reap and write', async (services, output) => {
        const { removeDataVersions } = await import('../data/remove-data.ts');
        await removeDataVersions(services, versions, options, output, context);
      });
    });
  data
    .command('gc')
    .description('remove what nobody needs: stray files, unused tensor caches, leftovers of killed runs')
    .option('--dry-run', 'only say what would go')
    .option('--min-age <duration>', 'leave what was touched more recently', '1h')
    .option('-y, --yes', 'do not ask')
    .action(async (options: GarbageOptions, command: Command) => {
      const access = options.dryRun === true ? 'read' : 'reap and write';
      await withServices(context, command, access, async (services, output) => {
        const { collectDataGarbage } = await import('../data/collect-garbage.ts');
        await collectDataGarbage(services, options, output, context);
      });
    });
}

async function printData(services: AppServices, filter: { readonly name?: string }, output: Output): Promise<void> {
  const { listData } = await import('../../app/data.ts');
  const rows = await listData(services, filter);
  if (output.json) {
    output.printJson(rows);
    return;
  }
  if (rows.length === 0) {
    output.remark('No dataset was collected yet. Start with: mlflow-ts run collect');
    return;
  }
  const { tableText } = await import('../table.ts');
  const { agoText } = await import('../time-text.ts');
  const { shortId } = await import('../../core/ids.ts');
  const { bytesText } = await import('../live/progress-text.ts');
  const now = services.clock.now();
  output.print(
    tableText(rows, [
      { heading: 'version', cell: ({ id }) => output.paint.bold(shortId(id)) },
      { heading: 'dataset', cell: nameText },
      { heading: 'classes', align: 'right', cell: ({ classes }) => String(classes) },
      { heading: 'samples', align: 'right', cell: ({ samples }) => samples.toLocaleString('en-US') },
      ...(rows.some(({ boxes }) => boxes !== null) ? [BOXES_COLUMN] : []),
      { heading: 'size', align: 'right', cell: ({ bytes }) => bytesText(bytes) },
      { heading: 'collected', cell: ({ createdAt }) => agoText(Date.parse(createdAt), now) },
      { heading: 'files', cell: ({ present }) => (present ? 'here' : output.paint.yellow('gone')) },
      { heading: 'source', cell: ({ source }) => source },
    ]),
  );
}

const BOXES_COLUMN = {
  heading: 'boxes',
  align: 'right' as const,
  cell: ({ boxes }: DatasetListing) => boxes?.toLocaleString('en-US') ?? '–',
};

async function printDataset(services: AppServices, version = 'latest', output: Output): Promise<void> {
  const { showData } = await import('../../app/data.ts');
  const found = await showData(services, version);
  if (output.json) {
    output.printJson(found);
    return;
  }
  const { factLines } = await import('../cell-text.ts');
  const { shortId } = await import('../../core/ids.ts');
  output.print(`${output.paint.bold(nameText(found))} ${shortId(found.id)}\n${factLines(facts(found), output.paint)}`);
  const { tableText } = await import('../table.ts');
  if (found.boxClasses !== null) {
    const { boxTables } = await import('../data/box-tables.ts');
    output.print(`\n${boxTables(found)}`);
    return;
  }
  if (found.tensorCaches.length === 0) {
    output.remark('\nNo tensor cache yet. Make one with: mlflow-ts run prep');
    return;
  }
  output.print(
    `\n${tableText(found.tensorCaches, [
      { heading: 'tensor cache', cell: ({ id }) => shortId(id) },
      { heading: 'image', cell: ({ image }) => `${image.height}×${image.width}×${image.channels}` },
      { heading: 'splits', cell: ({ splits }) => countsText(splits) },
      { heading: 'folder', cell: ({ path }) => path },
    ])}`,
  );
}

function facts(found: DatasetDetails): [string, string][] {
  return [
    ['Id', found.id],
    ['Source', found.source],
    ['Upstream', found.upstreamVersion],
    ['Layout', found.layout],
    ['Licence', found.licence ?? 'not stated'],
    ['Samples', `${found.samples.toLocaleString('en-US')} in ${found.files.toLocaleString('en-US')} files`],
    ...(found.boxes === null ? [] : [['Boxes', found.boxes.toLocaleString('en-US')] as [string, string]]),
    ['Classes', `${found.classes}: ${found.classNames.join(' ')}`],
    ['Collected', found.createdAt],
    ['Folder', found.present ? found.path : `${found.path} (gone: collect it again)`],
  ];
}

function nameText({ name, synthetic }: DatasetListing): string {
  return synthetic ? `${name} (synthetic)` : name;
}

function countsText(counts: Readonly<Record<string, number | undefined>>): string {
  return Object.entries(counts)
    .map(([split, count]) => `${split} ${count ?? 0}`)
    .join(' · ');
}
