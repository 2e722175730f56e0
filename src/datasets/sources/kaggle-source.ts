import path from 'node:path';
import { withoutArchiveSuffix } from '../archive/archive-name.ts';
import { openKaggleClient } from '../kaggle/client.ts';
import { describeKaggleDataset } from '../kaggle/describe-dataset.ts';
import { handleText, parseHandle } from '../kaggle/handle.ts';
import { datasetNameOf } from '../local-path.ts';
import type { SourceOpener } from '../source.ts';

/**
 * `kaggle:owner/slug`, the current version of a dataset on Kaggle, or `kaggle:owner/slug/versions/N`; with `#file=PATH` one file of
 * it, such as an archive. Its version is Kaggle's own number, else the time of the last change.
 */
export const openKaggleSource: SourceOpener = (rest, { clock, env = {}, version }) => {
  const handle = parseHandle(rest);
  const source = `kaggle:${handleText(handle)}`;
  const part = handle.file === undefined ? '' : `-${path.posix.basename(withoutArchiveSuffix(handle.file))}`;
  const name = datasetNameOf(`${handle.slug}${part}`);
  const open = () => openKaggleClient({ clock, env, ...(version === undefined ? {} : { version }) });
  return {
    address: source,
    describe: async (signal) => {
      signal.throwIfAborted();
      const { bytes, ...described } = await describeKaggleDataset(await open(), handle, signal);
      const size = bytes === undefined || handle.file !== undefined ? {} : { bytes };
      return { source, name, synthetic: false, ...described, ...size };
    },
    download: async (into, context) => {
      context.signal.throwIfAborted();
      // Most nights there is nothing to download.
      const { downloadKaggle } = await import('../kaggle/download-kaggle.ts');
      const client = await open();
      const { credentials } = client;
      if (credentials.kind === 'key' && credentials.remark !== undefined) context.log.warn(credentials.remark);
      const wanted = { ...handle, ...pinned(context.metadata.upstreamVersion) };
      return downloadKaggle(client, wanted, into, { ...context, clock });
    },
  };
};

/** The version that was described, also when there is a newer one by now. */
function pinned(upstreamVersion: string): { version?: number } {
  return /^\d+$/u.test(upstreamVersion) ? { version: Number(upstreamVersion) } : {};
}
