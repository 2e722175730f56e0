import { openKaggleClient } from '../kaggle/client.ts';
import { describeKaggleDataset } from '../kaggle/describe-dataset.ts';
import { downloadKaggleArchive } from '../kaggle/download-archive.ts';
import { handleText, parseHandle } from '../kaggle/handle.ts';
import { datasetNameOf } from '../local-path.ts';
import type { SourceOpener } from '../source.ts';

/**
 * `kaggle:owner/slug`, the current version of a dataset on Kaggle, or `kaggle:owner/slug/versions/N`. Its version is Kaggle's own
 * number, else the time of the last change.
 */
export const openKaggleSource: SourceOpener = (rest, { clock, env = {}, version }) => {
  const handle = parseHandle(rest);
  const source = `kaggle:${handleText(handle)}`;
  const open = () => openKaggleClient({ clock, env, ...(version === undefined ? {} : { version }) });
  return {
    address: source,
    describe: async (signal) => {
      signal.throwIfAborted();
      const described = await describeKaggleDataset(await open(), handle, signal);
      return { source, name: datasetNameOf(handle.slug), synthetic: false, ...described };
    },
    download: async (into, context) => {
      context.signal.throwIfAborted();
      const client = await open();
      const { credentials } = client;
      if (credentials.kind === 'key' && credentials.remark !== undefined) context.log.warn(credentials.remark);
      const wanted = { ...handle, ...pinned(context.metadata.upstreamVersion) };
      return { kind: 'archive', path: await downloadKaggleArchive(client, wanted, into, { ...context, clock }) };
    },
  };
};

/** The version that was described, also when there is a newer one by now. */
function pinned(upstreamVersion: string): { version?: number } {
  return /^\d+$/u.test(upstreamVersion) ? { version: Number(upstreamVersion) } : {};
}
