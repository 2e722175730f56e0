import { hashJson } from '../../core/json.ts';
import { ParameterError } from '../../core/errors.ts';
import { withoutArchiveSuffix } from '../archive/archive-name.ts';
import { datasetNameOf, resolveLocalPath, statLocal } from '../local-path.ts';
import type { SourceOpener } from '../source.ts';

/**
 * `archive:PATH`, also written `zip:PATH`: a zip, tar or tar.gz archive on this machine, told by its content. Its version is the
 * hash of its size and change time.
 */
export const openArchiveSource: SourceOpener = (rest, { cwd }) => {
  const archive = resolveLocalPath(rest, cwd, 'archive');
  const source = `archive:${archive}`;
  const check = async () => {
    const status = await statLocal(archive, source);
    if (!status.isFile()) {
      throw new ParameterError(`${archive} is not an archive but a folder. Write folder:${rest}`);
    }
    return status;
  };
  return {
    address: source,
    describe: async (signal) => {
      signal.throwIfAborted();
      const { size, mtimeMs } = await check();
      return {
        source,
        name: datasetNameOf(withoutArchiveSuffix(archive)),
        title: `Archive ${archive}`,
        upstreamVersion: hashJson([size, Math.round(mtimeMs)]),
        synthetic: false,
        bytes: size,
      };
    },
    download: async (_into, { signal }) => {
      signal.throwIfAborted();
      await check();
      return { kind: 'archive', path: archive };
    },
  };
};
