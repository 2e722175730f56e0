import { hashJson } from '../../core/json.ts';
import { ParameterError } from '../../core/errors.ts';
import { datasetNameOf, resolveLocalPath, statLocal } from '../local-path.ts';
import type { SourceOpener } from '../source.ts';
import { walkFolder } from '../walk-folder.ts';

/** `folder:PATH`, images in class folders on this machine. Its version is the hash of all paths, sizes and change times. */
export const openFolderSource: SourceOpener = (rest, { cwd }) => {
  const folder = resolveLocalPath(rest, cwd, 'folder');
  const source = `folder:${folder}`;
  const check = async () => {
    const status = await statLocal(folder, source);
    if (!status.isDirectory()) {
      throw new ParameterError(`${folder} is not a folder. For an archive write archive:${rest}`);
    }
  };
  return {
    address: source,
    describe: async (signal) => {
      signal.throwIfAborted();
      await check();
      const files = await walkFolder(folder, signal);
      return {
        source,
        name: datasetNameOf(folder),
        title: `Folder ${folder}`,
        upstreamVersion: hashJson(files.map(({ path, bytes, modifiedAtMs }) => [path, bytes, modifiedAtMs])),
        synthetic: false,
        bytes: files.reduce((sum, { bytes }) => sum + bytes, 0),
        files: files.length,
      };
    },
    download: async (_into, { signal }) => {
      signal.throwIfAborted();
      await check();
      return { kind: 'folder', path: folder, owned: false };
    },
  };
};
