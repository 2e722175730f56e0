import path from 'node:path';
import { ParameterError } from '../../core/errors.ts';
import type { Annotations } from '../boxes/annotated-image.ts';
import { formatDetectionAddress, parseDetectionAddress } from '../boxes/detection-address.ts';
import { resolveLocalPath, statLocal } from '../local-path.ts';
import type { Source, SourceContext, SourceOpener } from '../source.ts';
import { openArchiveSource } from './archive-source.ts';
import { openFolderSource } from './folder-source.ts';

/**
 * `voc:PATH[#folder=FOLDER]`: a folder or an archive in Pascal VOC's layout; `folder` holds `Annotations` where there are several. Its
 * version is that of the folder or archive.
 */
export const openVocSource: SourceOpener = openDetectionSource({
  scheme: 'voc',
  title: 'Pascal VOC',
  option: 'folder',
  isList: false,
  annotations: ([folder]) => ({ format: 'voc', ...(folder === undefined ? {} : { folder }) }),
});

/**
 * `coco:PATH[#annotations=FILE[&annotations=FILE …]]`: a folder or an archive with COCO's JSON and images; the files, from the
 * folder or archive, are needed where several fit. Its version is that of the folder or archive.
 */
export const openCocoSource: SourceOpener = openDetectionSource({
  scheme: 'coco',
  title: 'COCO',
  option: 'annotations',
  isList: true,
  annotations: (files) => ({ format: 'coco', ...(files.length === 0 ? {} : { files }) }),
});

type Format = {
  readonly scheme: 'voc' | 'coco';
  readonly title: string;
  readonly option: string;
  readonly isList: boolean;
  readonly annotations: (values: readonly string[]) => Annotations;
};

function openDetectionSource({ scheme, title, option, isList, annotations }: Format): SourceOpener {
  return (rest, context) => {
    const { path: given, values } = parseDetectionAddress(rest, { scheme, option, isList });
    const place = resolveLocalPath(given, context.cwd, scheme);
    const source = `${scheme}:${formatDetectionAddress({ path: place, values }, option)}`;
    return {
      address: source,
      describe: async (signal) => {
        signal.throwIfAborted();
        const local = await openPlace(place, source, context);
        return { ...(await local.describe(signal)), source, title: `${title} dataset ${place}` };
      },
      download: async (into, download) => {
        download.signal.throwIfAborted();
        const local = await openPlace(place, source, context);
        return { ...(await local.download(into, download)), annotations: annotations(values) };
      },
    };
  };
}

async function openPlace(place: string, source: string, context: SourceContext): Promise<Source> {
  const status = await statLocal(place, source);
  if (!status.isDirectory() && /\.(?:json|xml)$/iu.test(place)) {
    const scheme = source.slice(0, source.indexOf(':'));
    const hint =
      scheme === 'coco' ? `coco:${path.dirname(place)}#annotations=${path.basename(place)}` : `${scheme}:FOLDER`;
    throw new ParameterError(
      `${place} is a file of annotations. Name the folder or the archive that holds its images too: ${hint}`,
    );
  }
  return (status.isDirectory() ? openFolderSource : openArchiveSource)(place, context);
}
