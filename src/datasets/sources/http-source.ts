import { mkdir, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { hashJson } from '../../core/json.ts';
import { downloadFile } from '../../storage/download-file.ts';
import { withoutQuery } from '../../storage/unreachable.ts';
import { withoutArchiveSuffix } from '../archive/archive-name.ts';
import { parseWebAddress } from '../http/web-address.ts';
import { describeWebFile } from '../http/describe-web-file.ts';
import { datasetNameOf } from '../local-path.ts';
import type { SourceOpener } from '../source.ts';

/**
 * `https://HOST/PATH[#sha256=HEX]`, also `http:` and `md5=`: an archive that a server gives to anybody. Its version is the checksum,
 * else what the server tells the file's version by, else its length alone.
 */
export function openHttpSource(scheme: 'http' | 'https'): SourceOpener {
  return (rest, { clock }) => {
    const { url, checksum, address } = parseWebAddress(`${scheme}:${rest}`);
    const name = datasetNameOf(withoutArchiveSuffix(fileNameOf(url)));
    return {
      address,
      describe: async (signal) => {
        signal.throwIfAborted();
        const { bytes, validator } = await describeWebFile(url, { clock, signal });
        return {
          source: address,
          name,
          title: `Archive ${withoutQuery(url)}`,
          upstreamVersion: checksum?.hex ?? hashJson([validator.etag ?? validator.modified ?? null, bytes ?? null]),
          synthetic: false,
          ...(bytes === undefined ? {} : { bytes }),
        };
      },
      download: async (into, { keptFolder, signal, log, progress }) => {
        signal.throwIfAborted();
        const kept = path.join(keptFolder, 'archive');
        await mkdir(keptFolder, { recursive: true });
        const known = checksum === undefined ? {} : { checksum };
        await downloadFile({ url, to: kept, ...known, clock, signal, log, progress });
        const archive = path.join(into, 'archive');
        await rename(kept, archive);
        await rm(keptFolder, { recursive: true, force: true });
        return { kind: 'archive', path: archive };
      },
    };
  };
}

/** Of the address; as it is written there when it cannot be decoded. */
function fileNameOf(url: string): string {
  const name = path.posix.basename(new URL(url).pathname);
  try {
    return decodeURIComponent(name);
  } catch {
    return name;
  }
}
