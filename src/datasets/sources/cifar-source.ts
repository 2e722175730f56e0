import { mkdir, rm } from 'node:fs/promises';
import path from 'node:path';
import { hashJson } from '../../core/json.ts';
import { withoutArchiveSuffix } from '../archive/archive-name.ts';
import { extractArchive } from '../archive/extract-archive.ts';
import { findCifar } from '../cifar/find-cifar.ts';
import { writeCifarImages } from '../cifar/write-cifar-images.ts';
import { datasetNameOf, resolveLocalPath, statLocal } from '../local-path.ts';
import type { SourceOpener } from '../source.ts';

/**
 * `cifar:PATH`, CIFAR-10 or CIFAR-100 in binary form: its tar.gz as it is downloaded, or a folder with its files. Its version is the
 * hash of size and change time, of a folder those of all its files.
 */
export const openCifarSource: SourceOpener = (rest, { cwd }) => {
  const place = resolveLocalPath(rest, cwd, 'cifar');
  const source = `cifar:${place}`;
  return {
    address: source,
    describe: async (signal) => {
      signal.throwIfAborted();
      const status = await statLocal(place, source);
      const files = status.isDirectory()
        ? (await findCifar(place, signal)).files.map(({ path: name, bytes, modifiedAtMs }) => [
            name,
            bytes,
            modifiedAtMs,
          ])
        : [['', status.size, Math.round(status.mtimeMs)]];
      return {
        source,
        name: datasetNameOf(withoutArchiveSuffix(place)),
        title: `CIFAR images in ${place}`,
        upstreamVersion: hashJson(files),
        synthetic: false,
      };
    },
    download: async (into, { signal, progress }) => {
      signal.throwIfAborted();
      const isFolder = (await statLocal(place, source)).isDirectory();
      const unpacked = path.join(into, 'unpacked');
      if (!isFolder) await extractArchive({ archive: place, into: unpacked, signal, progress });
      const images = path.join(into, 'images');
      await mkdir(images);
      await writeCifarImages(await findCifar(isFolder ? place : unpacked, signal), images, { signal, progress });
      await rm(unpacked, { recursive: true, force: true });
      return { kind: 'folder', path: images, owned: true };
    },
  };
};
