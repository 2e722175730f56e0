import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import { DataError } from '../../core/errors.ts';
import type { DatasetVersionId } from '../../core/ids.ts';
import { canonicalJson, tryJson } from '../../core/json.ts';
import { boxSchema } from '../boxes/box.ts';
import { LAYOUTS } from '../dataset-version.ts';

const manifestFile = z.strictObject({
  path: z.string(),
  bytes: z.int().min(0),
  sha256: z.string().regex(/^[0-9a-f]{64}$/u),
  /** Index into the class names; only samples of a classification dataset have one. */
  label: z.int().min(0).exactOptional(),
  /** The source's own division, where it has one. */
  set: z.enum(['train', 'validation', 'test']).exactOptional(),
  /** Of the images of a detection dataset, which have no label of their own; none: background. */
  boxes: z.array(boxSchema).exactOptional(),
});

const manifestSchema = z.strictObject({
  format: z.literal(1),
  layout: z.enum(LAYOUTS),
  classNames: z.array(z.string()),
  samples: z.int().min(0),
  testSamples: z.int().min(0),
  /** Sorted by path. */
  files: z.array(manifestFile),
});

/** All that makes a dataset version what it is; where it came from is not part of it. */
export type Manifest = z.infer<typeof manifestSchema>;
export type ManifestFile = Manifest['files'][number];

export const MANIFEST_NAME = 'manifest.json';

/** The manifest's text and its SHA-256, which is the version's id: `sha256sum manifest.json` prints it. */
export function encodeManifest(manifest: Manifest): { text: string; id: DatasetVersionId } {
  const text = canonicalJson(manifest);
  return { text, id: hashText(text) };
}

/** Reads a version's manifest; undefined when the version is not complete. Throws DataError when it was changed. */
export async function readManifest(
  versionFolder: string,
): Promise<{ manifest: Manifest; id: DatasetVersionId } | undefined> {
  const file = path.join(versionFolder, MANIFEST_NAME);
  const text = await readFile(file, 'utf8').catch(() => undefined);
  if (text === undefined) return undefined;
  const parsed = manifestSchema.safeParse(tryJson(text));
  if (!parsed.success) {
    throw new DataError(`${file} is damaged. Delete ${versionFolder} and collect again.`, { cause: parsed.error });
  }
  return { manifest: parsed.data, id: hashText(text) };
}

function hashText(text: string): DatasetVersionId {
  return createHash('sha256').update(text).digest('hex') as DatasetVersionId;
}
