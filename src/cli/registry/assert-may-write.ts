import { existsSync, realpathSync } from 'node:fs';
import { ConflictError, UsageError } from '../../core/errors.ts';

/**
 * A copy must not be written over something unasked, and never over a registry that it is made of.
 * @throws UsageError, ConflictError
 */
export function assertMayWrite(file: string, force: boolean, ...registries: readonly string[]): void {
  if (!existsSync(file)) return;
  const own = registries.find((registry) => existsSync(registry) && realpathSync(file) === realpathSync(registry));
  if (own !== undefined) throw new UsageError(`${file} is the registry itself. Name another file.`);
  if (!force) throw new ConflictError(`${file} exists. Name another file, or replace it with --force.`);
}
