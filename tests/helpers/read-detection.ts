import { readFile } from 'node:fs/promises';
import path from 'node:path';
import type { Annotations } from '../../src/datasets/boxes/annotated-image.ts';
import type { DatasetVersion } from '../../src/datasets/dataset-version.ts';
import { createDatasetVersion } from '../../src/datasets/version/create-dataset-version.ts';
import type { Manifest } from '../../src/datasets/version/manifest.ts';
import { quietContext, temporaryFolder, writeFiles } from './dataset-files.ts';

export type ReadDetection = {
  readonly version: DatasetVersion;
  readonly manifest: Manifest;
  /** Of each image, by its path: class and edges of every box. */
  readonly boxes: Readonly<Record<string, readonly (readonly [name: string, ...edges: number[]])[]>>;
  /** By kind: how many. */
  readonly problems: Readonly<Record<string, number>>;
  readonly messages: readonly string[];
};

/** The dataset version that files make. */
export async function readDetection(
  files: Readonly<Record<string, Uint8Array | string>>,
  annotations: Annotations,
): Promise<ReadDetection> {
  const folder = await temporaryFolder();
  await writeFiles(folder, files);
  const context = quietContext();
  const dataDir = await temporaryFolder();
  const metadata = { source: 'voc:x', name: 'x', title: 'x', upstreamVersion: '1', synthetic: false };
  const version = await createDatasetVersion({ ...context, dataDir, folder, owned: false, annotations, metadata });
  const text = await readFile(path.join(dataDir, version.path, 'manifest.json'), 'utf8');
  const manifest = JSON.parse(text) as Manifest;
  const boxes = manifest.files.flatMap(({ path: file, boxes: found }) =>
    found === undefined
      ? []
      : [
          [
            file,
            found.map((box) => [manifest.classNames[box.label]!, box.xmin, box.ymin, box.xmax, box.ymax] as const),
          ] as const,
        ],
  );
  const problems = (version.annotationProblems ?? []).map(({ kind, count }) => [kind, count] as const);
  return {
    version,
    manifest,
    boxes: Object.fromEntries(boxes),
    problems: Object.fromEntries(problems),
    messages: context.messages,
  };
}
