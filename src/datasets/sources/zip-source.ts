import { hashJson } from '../../core/json.ts';
import { ParameterError } from '../../core/errors.ts';
import { datasetNameOf, resolveLocalPath, statLocal } from '../local-path.ts';
import type { SourceOpener } from '../source.ts';

/** `zip:PATH`, a zip archive on this machine. Its version is the hash of its size and change time. */
export const openZipSource: SourceOpener = (rest, { cwd }) => {
  const archive = resolveLocalPath(rest, cwd, 'zip');
  const source = `zip:${archive}`;
  const check = async () => {
    const status = await statLocal(archive, source);
    if (!status.isFile()) {
      throw new ParameterError(`${archive} is not a zip archive but a folder. Write folder:${rest}`);
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
        name: datasetNameOf(archive.replace(/\.zip$/iu, '')),
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
