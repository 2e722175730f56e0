import type { AnnotationProblem } from '../boxes/annotation-problems.ts';
import type { DatasetVersion } from '../dataset-version.ts';
import type { DatasetMetadata } from '../source.ts';
import { encodeManifest, type Manifest } from './manifest.ts';
import { versionPath } from './version-paths.ts';

/** The version that a manifest makes, as collected from the place that metadata names, with what was wrong there. */
export function describeVersion(
  manifest: Manifest,
  metadata: DatasetMetadata,
  annotationProblems: readonly AnnotationProblem[] = [],
): DatasetVersion {
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
    ...(manifest.layout === 'detection' ? { boxes: countBoxes(manifest) } : {}),
    ...(annotationProblems.length === 0 ? {} : { annotationProblems }),
    files: manifest.files.length,
    bytes: manifest.files.reduce((sum, { bytes }) => sum + bytes, 0),
    path: versionPath(id),
  };
}

/** The boxes in all images. */
export function countBoxes({ files }: Manifest): number {
  return files.reduce((sum, { boxes = [] }) => sum + boxes.length, 0);
}
