import type { Command } from 'commander';
import type { PredictionEntry, Predictions } from '../../app/predict.ts';
import type { AppServices } from '../../app/services.ts';
import type { CommandContext } from '../command-context.ts';
import type { Output } from '../output.ts';
import { withServices } from '../with-services.ts';

type PredictOptions = { readonly model?: string; readonly top: string };

/** `predict`: what a model says of images. */
export function declarePredict(program: Command, context: CommandContext): void {
  program
    .command('predict <images...>')
    .description('ask a model about images, folders or archives (zip, tar, tar.gz) of images')
    .option('-m, --model <name@alias>', 'the model: name (its champion), name@alias or name/version')
    .option('--top <n>', 'how many classes to tell per image', '3')
    .addHelpText('after', EXAMPLES)
    .action(async (images: readonly string[], options: PredictOptions, command: Command) => {
      await withServices(context, command, 'read', (services, output) =>
        predict(services, images, options, output, context),
      );
    });
}

const EXAMPLES = `
Several images also print the word they spell. Exit code 1 when an image could not be read.

Examples:
  $ mlflow-ts predict hand.jpg
  $ mlflow-ts predict h.jpg e.jpg l.jpg l.jpg o.jpg --model signs@champion
  $ mlflow-ts predict photos.zip --json`;

async function predict(
  services: AppServices,
  paths: readonly string[],
  options: PredictOptions,
  output: Output,
  context: CommandContext,
): Promise<void> {
  const { predictImages } = await import('../../app/predict.ts');
  const { untilInterrupted } = await import('../until-interrupted.ts');
  const { wholeNumber } = await import('../whole-number.ts');
  const { whileWaiting } = await import('../while-waiting.ts');
  const topK = wholeNumber('--top', options.top);
  const model = options.model === undefined ? {} : { model: options.model };
  const predictions = await whileWaiting('predicting', context, () =>
    untilInterrupted(
      context,
      (signal) => predictImages(services, { paths, topK, signal, ...model }),
      () => output.remark('Stopping.'),
    ),
  );
  if (predictions === undefined) return;
  if (output.json) output.printJson(predictions);
  else await printPredictions(predictions, output);
  if (predictions.failed > 0) context.end({ kind: 'incomplete' });
}

async function printPredictions({ images, word, model, failed }: Predictions, output: Output): Promise<void> {
  const { tableText } = await import('../table.ts');
  const { percentText } = await import('../cell-text.ts');
  const { paint } = output;
  output.print(
    tableText(images, [
      { heading: 'image', cell: ({ path }) => path },
      { heading: 'label', cell: (entry) => ('label' in entry ? paint.bold(entry.label) : paint.red('unreadable')) },
      {
        heading: 'probability',
        align: 'right',
        cell: (entry) => ('label' in entry ? percentText(entry.probability) : '–'),
      },
      { heading: 'else', cell: (entry) => elseText(entry, percentText) },
    ]),
  );
  if (word !== null) output.print(`\nWord: ${paint.bold(word)}`);
  const synthetic = model.synthetic ? '; it learned from synthetic images only, so photographs are strange to it' : '';
  output.remark(output.paintRemark.dim(`\n${model.name} version ${model.version}${synthetic}.`));
  if (failed > 0) output.remark(`${failed} of ${images.length} images could not be read.`);
}

function elseText(entry: PredictionEntry, percentText: (share: number) => string): string {
  if (!('label' in entry)) return entry.error;
  return entry.topK
    .slice(1)
    .map(({ label, probability }) => `${label} ${percentText(probability)}`)
    .join(', ');
}
