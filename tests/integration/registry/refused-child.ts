// Started by machine-refuses.test.ts where something is forbidden: reports the error it meets.
import { writeFileSync } from 'node:fs';
import { systemClock } from '../../../src/core/clock.ts';
import { toRunError } from '../../../src/core/errors.ts';
import { openRegistry } from '../../../src/registry/open-registry.ts';
import { aFlowRun } from '../../unit/registry/registry-fixture.ts';

const [path = '', answers = '', what = 'open'] = process.argv.slice(2);
try {
  if (what === 'open as nobody') await becomeNobody();
  const registry = await openRegistry({ path, clock: systemClock });
  while (what === 'fill') await aFlowRun(registry.db, { parameters: { filler: 'x'.repeat(10_000) } });
  writeFileSync(answers, JSON.stringify({ message: 'nothing was refused' }));
} catch (error) {
  writeFileSync(answers, JSON.stringify(toRunError(error)));
}

/** Root may write everywhere. The code is loaded first: it may lie where only root can read. */
async function becomeNobody(): Promise<void> {
  const nothing = await openRegistry({ path: `${path}.missing`, clock: systemClock, readOnly: true });
  await nothing.close();
  process.setgid?.(65_534);
  process.setuid?.(65_534);
}
