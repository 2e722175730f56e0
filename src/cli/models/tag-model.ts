import { tagModel } from '../../app/model-tags.ts';
import type { TagChanges } from '../../app/model-tags.ts';
import type { AppServices } from '../../app/services.ts';
import { pairsText } from '../cell-text.ts';
import type { Output } from '../output.ts';

/** `models tag` */
export async function tagOneModel(
  services: AppServices,
  reference: string,
  changes: TagChanges,
  output: Output,
): Promise<void> {
  const tagged = await tagModel(services, reference, changes);
  if (output.json) {
    output.printJson(tagged);
    return;
  }
  const { name, version, tags } = tagged;
  const what = version === null ? name : `${name} version ${version}`;
  output.print(Object.keys(tags).length === 0 ? `${what} has no tags.` : `${what}: ${pairsText(tags)}`);
}
