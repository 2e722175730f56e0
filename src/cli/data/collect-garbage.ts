import { collectGarbage, findGarbage } from '../../app/garbage/collect-garbage.ts';
import type { Collected } from '../../app/garbage/collect-garbage.ts';
import { GARBAGE_KINDS } from '../../app/garbage/garbage.ts';
import type { Garbage } from '../../app/garbage/garbage.ts';
import type { AppServices } from '../../app/services.ts';
import { sinceTime } from '../../app/since.ts';
import type { CommandContext } from '../command-context.ts';
import { countText } from '../count-text.ts';
import { isSure } from '../is-sure.ts';
import { bytesText } from '../live/progress-text.ts';
import type { Output } from '../output.ts';
import { tableText } from '../table.ts';

export type GarbageOptions = { readonly minAge: string; readonly dryRun?: boolean; readonly yes?: boolean };

/** `data gc`; says what would go and asks, unless told not to. */
export async function collectDataGarbage(
  services: AppServices,
  options: GarbageOptions,
  output: Output,
  context: CommandContext,
): Promise<void> {
  const now = services.clock.now();
  const minAgeMs = Math.max(now - sinceTime(options.minAge, now, '--min-age'), 0);
  const garbage = await findGarbage(services, minAgeMs);
  if (!output.json) tellFound(garbage, output);
  if (options.dryRun === true) {
    if (output.json) output.printJson({ dryRun: true, items: garbage, freed: wouldFree(garbage) });
    return;
  }
  const question = `Remove ${countText(garbage.length, 'item')}?`;
  if (garbage.length > 0 && options.yes !== true && !(await isSure(question, context))) {
    output.remark('Nothing was removed.');
    return;
  }
  const freed = await collectGarbage(services, garbage, minAgeMs);
  if (output.json) {
    output.printJson({ dryRun: false, items: garbage, freed });
    return;
  }
  const files = `${countText(freed.items, 'item')} (${bytesText(freed.bytes)})`;
  output.print(`Removed ${files}; the registry is ${bytesText(freed.registryBytes)} smaller.`);
}

function tellFound(garbage: readonly Garbage[], output: Output): void {
  if (garbage.length === 0) {
    output.remark('There is nothing on the disk that nobody needs.');
    return;
  }
  const rows = GARBAGE_KINDS.flatMap((kind) => {
    const of = garbage.filter((each) => each.kind === kind);
    if (of.length === 0) return [];
    return [{ kind, count: of.length, bytes: sumBytes(of), example: of[0]!.path, why: of[0]!.why }];
  });
  output.print(
    tableText(rows, [
      { heading: 'kind', cell: ({ kind }) => kind },
      { heading: 'count', align: 'right', cell: ({ count }) => count.toLocaleString('en-US') },
      { heading: 'size', align: 'right', cell: ({ bytes }) => bytesText(bytes) },
      { heading: 'why', cell: ({ why }) => why },
      { heading: 'for example', cell: ({ example }) => example },
    ]),
  );
}

function wouldFree(garbage: readonly Garbage[]): Collected {
  return { items: garbage.length, bytes: sumBytes(garbage), registryBytes: 0 };
}

function sumBytes(garbage: readonly Garbage[]): number {
  return garbage.reduce((sum, { bytes }) => sum + bytes, 0);
}
