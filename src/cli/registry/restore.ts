import { checkRestorable, restoreRegistry } from '../../app/restore-registry.ts';
import type { CommandContext } from '../command-context.ts';
import type { Whereabouts } from './whereabouts.ts';
import { countText } from '../count-text.ts';
import { isSure } from '../is-sure.ts';
import { whileWaiting } from '../while-waiting.ts';
import { copiedText } from './copied-text.ts';

/** `registry restore`; says what would come, and asks, unless told not to. */
export async function restore(
  { path, file, output }: Whereabouts,
  { yes = false }: { readonly yes?: boolean },
  context: CommandContext,
): Promise<void> {
  const restoring = { path, from: file, clock: context.clock };
  const { flowRuns } = await checkRestorable(restoring);
  const question = `Put ${file} (${countText(flowRuns, 'flow run')}) in the place of ${path}?`;
  if (!yes && !(await isSure(question, context))) {
    output.remark('Nothing was changed.');
    return;
  }
  const former = await whileWaiting('Copying', context, (tell) =>
    restoreRegistry(restoring, (done, total) => tell(copiedText(done, total))),
  );
  if (output.json) {
    output.printJson({ registry: path, restored: file, flowRuns, former });
    return;
  }
  output.print(`${path} is now as ${file}: ${countText(flowRuns, 'flow run')}.`);
  if (former !== null) output.print(`The former one is kept as ${former}.`);
}
