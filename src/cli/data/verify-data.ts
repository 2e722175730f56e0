import type { AppServices } from '../../app/services.ts';
import { verifyData, type VerifiedData } from '../../app/verify-data.ts';
import { shortId } from '../../core/ids.ts';
import type { CommandContext } from '../command-context.ts';
import { countText } from '../count-text.ts';
import { bytesText } from '../live/progress-text.ts';
import type { Output } from '../output.ts';
import { tableText } from '../table.ts';
import { untilInterrupted } from '../until-interrupted.ts';
import { whileWaiting } from '../while-waiting.ts';

/** `data verify`; ends with exit code 1 when something is not as it was collected. */
export async function printVerification(
  services: AppServices,
  version = 'latest',
  output: Output,
  context: CommandContext,
): Promise<void> {
  const found = await whileWaiting(`Reading ${version}`, context, (tell) =>
    untilInterrupted(context, (signal) => {
      const progress = ({ done, total = 0 }: { readonly done: number; readonly total?: number }) =>
        tell(`Reading ${version}: ${done.toLocaleString('en-US')} of ${countText(total, 'file')}`);
      return verifyData(services, version, { signal, progress });
    }),
  );
  if (found === undefined) return;
  if (!found.sound) context.end({ kind: 'incomplete' });
  if (output.json) output.printJson(found);
  else printFound(found, output);
}

function printFound(found: VerifiedData, output: Output): void {
  const { paint } = output;
  const named = `${found.name} ${shortId(found.id)}`;
  if (found.sound) {
    const read = `${countText(found.files, 'file')}, ${bytesText(found.bytes)}`;
    output.print(paint.green(`${named} is as it was collected: ${read}.`));
    return;
  }
  if (found.problems.length > 0) output.print(`${problemsText(found)}\n`);
  output.print(paint.red(verdict(named, found)));
  output.remark(`Collect it again: mlflow-ts run collect -p source=${found.source} -p force=true`);
}

function verdict(named: string, { manifest, problems, files, path }: VerifiedData): string {
  if (manifest === 'missing') return `${named} is not here: there is no manifest in ${path}.`;
  if (manifest === 'changed') return `The manifest of ${named} in ${path} was changed, so its files cannot be judged.`;
  return `${named} is not as it was collected: ${countText(problems.length, 'problem')}, ${countText(files, 'file')} expected.`;
}

function problemsText({ problems }: VerifiedData): string {
  return tableText(problems, [
    { heading: 'problem', cell: ({ kind, reason }) => (reason === null ? kind : `${kind} (${reason})`) },
    { heading: 'expected', cell: ({ expected }) => contentText(expected) },
    { heading: 'found', cell: ({ received }) => contentText(received) },
    { heading: 'file', cell: ({ path }) => path },
  ]);
}

function contentText(content: VerifiedData['problems'][number]['expected']): string {
  return content === null ? '–' : `${content.bytes.toLocaleString('en-US')} bytes, ${content.sha256.slice(0, 12)}…`;
}
