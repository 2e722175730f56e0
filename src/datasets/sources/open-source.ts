import { didYouMean } from '../../core/closest-name.ts';
import { ParameterError } from '../../core/errors.ts';
import type { Source, SourceContext, SourceOpener } from '../source.ts';

/**
 * The source at an address `scheme:rest`, for example `folder:photos`, `archive:~/photos.zip`, `idx:data/mnist`,
 * `kaggle:owner/slug`, `dog-api:poodle,hound` or `sample:signs?seed=7`. Throws ParameterError for an unknown scheme.
 */
export async function openSource(address: string, context: SourceContext): Promise<Source> {
  const colon = address.indexOf(':');
  const scheme = colon < 0 ? address : address.slice(0, colon);
  const load = Object.hasOwn(OPENERS, scheme) ? OPENERS[scheme] : undefined;
  if (colon < 0 || load === undefined) {
    throw new ParameterError(
      `${JSON.stringify(address)} is not a source: it must begin with ${SOURCE_SCHEMES.map((name) => `${name}:`).join(', ')}. ${hint(address, scheme)}`,
    );
  }
  const open = await load();
  return open(address.slice(colon + 1), context);
}

/** One loader a scheme, so that a source costs nothing until it is used. */
const OPENERS: Readonly<Record<string, () => Promise<SourceOpener>>> = {
  folder: async () => (await import('./folder-source.ts')).openFolderSource,
  archive: async () => (await import('./archive-source.ts')).openArchiveSource,
  zip: async () => (await import('./archive-source.ts')).openArchiveSource,
  https: async () => (await import('./http-source.ts')).openHttpSource('https'),
  http: async () => (await import('./http-source.ts')).openHttpSource('http'),
  idx: async () => (await import('./idx-source.ts')).openIdxSource,
  cifar: async () => (await import('./cifar-source.ts')).openCifarSource,
  voc: async () => (await import('./detection-source.ts')).openVocSource,
  coco: async () => (await import('./detection-source.ts')).openCocoSource,
  kaggle: async () => (await import('./kaggle-source.ts')).openKaggleSource,
  'dog-api': async () => (await import('./dog-api-source.ts')).openDogApiSource,
  sample: async () => (await import('../sample-signs/source.ts')).openSampleSource,
};

const SOURCE_SCHEMES = Object.keys(OPENERS);

function hint(address: string, scheme: string): string {
  if (/[/\\.~]/u.test(scheme)) return `For files on this machine write folder:${address} or archive:${address}`;
  return didYouMean(scheme, SOURCE_SCHEMES);
}
