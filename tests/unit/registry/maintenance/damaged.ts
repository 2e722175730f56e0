import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { systemClock } from '../../../../src/core/clock.ts';
import { seededRandom } from '../../../../src/core/seeded-random.ts';
import { copyRegistry } from '../../../../src/registry/maintenance/backup-registry.ts';
import { openRegistry } from '../../../../src/registry/open-registry.ts';
import { aFlowRun, aTaskRun } from '../registry-fixture.ts';

export const PAGE = 4_096;

/** A registry with so many flow runs of four task runs each, as one file without a log. */
export async function filledRegistry(folder: string, flowRuns = 60): Promise<string> {
  const live = join(folder, 'live', 'registry.db');
  const registry = await openRegistry({ path: live, clock: systemClock });
  for (let at = 0; at < flowRuns; at += 1) {
    const id = await aFlowRun(registry.db, { parameters: { text: 'x'.repeat(at * 10) } });
    for (let task = 0; task < 4; task += 1) await aTaskRun(registry.db, id);
  }
  await registry.close();
  const path = join(folder, 'registry.db');
  await copyRegistry(live, path);
  return path;
}

/** Overwrites whole pages, drawn from the seed, but never the first, which says what the file is. */
export function damagePages(path: string, seed: number, count: number): void {
  const bytes = readFileSync(path);
  const random = seededRandom('damage', seed);
  for (let done = 0; done < count; done += 1) {
    const page = 1 + random.integer(bytes.length / PAGE - 1);
    bytes.fill(random.integer(256), page * PAGE, (page + 1) * PAGE);
  }
  writeFileSync(path, bytes);
}
