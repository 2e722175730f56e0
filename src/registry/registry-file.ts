import { statSync, type Stats } from 'node:fs';
import { EnvironmentError } from '../core/errors.ts';
import { explainFileError } from '../storage/file-errors.ts';

/**
 * The file of a registry as the system knows it; undefined when there is none.
 * @throws EnvironmentError when something else is in its place, or its folder may not be looked into.
 */
export function registryFile(path: string): Stats | undefined {
  const found = lookAt(path);
  if (found === undefined || found.isFile()) return found;
  throw new EnvironmentError(
    `${path} is not a file, so no registry. Move it away, or name another place with --home or MLFLOW_TS_HOME.`,
    { details: { path } },
  );
}

/** With `throwIfNoEntry: false` Node 22 would not tell a file in the place of a folder from nothing at all. */
function lookAt(path: string): Stats | undefined {
  try {
    return statSync(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw explainFileError(error, path, 'read');
  }
}
