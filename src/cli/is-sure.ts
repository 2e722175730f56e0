import { UsageError } from '../core/errors.ts';
import type { CommandContext } from './command-context.ts';

/**
 * Asks whether to go on; no answer means no.
 * @throws UsageError where nobody can be asked: then the answer must be given with -y.
 */
export async function isSure(question: string, { ask }: CommandContext): Promise<boolean> {
  if (ask === undefined) throw new UsageError('Nobody can be asked here. Say -y to go on without being asked.');
  return /^y(es)?$/i.test((await ask(`${question} [y/N] `)).trim());
}
