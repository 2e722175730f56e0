import { UsageError } from '../core/errors.ts';
import { findModelVersionRow } from '../models/find-model-version.ts';
import { parseModelReference } from '../models/model-reference.ts';
import type { AppServices } from './services.ts';

/**
 * The version that `name/3` or `name@alias` means. A name alone means the champion elsewhere; where something is changed, the
 * version must be said.
 * @throws UsageError, NotFoundError.
 */
export async function mustNameVersion(
  { registry }: AppServices,
  text: string,
): Promise<{ name: string; version: number }> {
  const reference = parseModelReference(text);
  if (reference.kind === 'name') {
    throw new UsageError(
      `Say which version of ${reference.name}: ${reference.name}/3 or ${reference.name}@challenger.`,
    );
  }
  const { modelName, version } = await findModelVersionRow(registry.db, reference);
  return { name: modelName, version };
}
