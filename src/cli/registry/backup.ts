import { statSync } from 'node:fs';
import { copyRegistry } from '../../registry/maintenance/backup-registry.ts';
import type { CommandContext } from '../command-context.ts';
import type { Whereabouts } from './whereabouts.ts';
import { bytesText } from '../live/progress-text.ts';
import { whileWaiting } from '../while-waiting.ts';
import { assertMayWrite } from './assert-may-write.ts';
import { copiedText } from './copied-text.ts';

/** `registry backup` */
export async function backup(
  { path, file, output }: Whereabouts,
  { force = false }: { readonly force?: boolean },
  context: CommandContext,
): Promise<void> {
  assertMayWrite(file, force, path);
  await whileWaiting('Copying', context, (tell) =>
    copyRegistry(path, file, (done, total) => tell(copiedText(done, total))),
  );
  const { size } = statSync(file);
  if (output.json) output.printJson({ registry: path, backup: file, bytes: size });
  else output.print(`Copied ${path} to ${file} (${bytesText(size)}); it was checked.`);
}
