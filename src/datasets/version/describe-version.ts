import type { DatasetVersion } from '../dataset-version.ts';
import type { DatasetMetadata } from '../source.ts';
import { encodeManifest, type Manifest } from './manifest.ts';
import { versionPath } from './version-paths.ts';

/** The version that a manifest makes, as collected from the place that metadata names. */
export function describeVersion(manifest: Manifest, metadata: DatasetMetadata): DatasetVersion {
  const { id } = encodeManifest(manifest);
  const { name, source, upstreamVersion, synthetic, licence } = metadata;
  return {
    id,
    name,
    source,
    upstreamVersion,
    synthetic,
    ...(licence === undefined ? {} : { licence }),
    layout: manifest.layout,
    classNames: manifest.classNames,
    samples: manifest.samples,
    testSamples: manifest.testSamples,
    files: manifest.files.length,
    bytes: manifest.files.reduce((sum, { bytes }) => sum + bytes, 0),
    path: versionPath(id),
  };
}
