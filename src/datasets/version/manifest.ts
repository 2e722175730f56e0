import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import { DataError } from '../../core/errors.ts';
import type { DatasetVersionId } from '../../core/ids.ts';
import { canonicalJson, tryJson } from '../../core/json.ts';
import { boxSchema } from '../boxes/box.ts';
import { LAYOUTS } from '../dataset-version.ts';

const SHA256 = /^[0-9a-f]{64}$/u;
const SET_NAMES = ['train', 'validation', 'test'] as const;
const SETS: ReadonlySet<unknown> = new Set([undefined, ...SET_NAMES]);

const manifestFile = z.strictObject({
  path: z.string(),
  bytes: z.int().min(0),
  sha256: z.string().regex(SHA256),
  /** Index into the class names; only samples of a classification dataset have one. */
  label: z.int().min(0).exactOptional(),
  /** The source's own division, where it has one. */
  set: z.enum(SET_NAMES).exactOptional(),
  /** Of the images of a detection dataset, which have no label of their own; none: background. */
  boxes: z.array(boxSchema).exactOptional(),
});
export type ManifestFile = z.infer<typeof manifestFile>;

const manifestSchema = z.strictObject({
  format: z.literal(1),
  layout: z.enum(LAYOUTS),
  classNames: z.array(z.string()),
  samples: z.int().min(0),
  testSamples: z.int().min(0),
  /** Sorted by path. */
  files: z.array(z.custom<ManifestFile>(isManifestFile, 'Not a file of a manifest.')),
});

/** All that makes a dataset version what it is; where it came from is not part of it. */
export type Manifest = z.infer<typeof manifestSchema>;

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

/** By hand for plain files: there are a hundred thousand of them at times, and the schema takes longer than all else and copies each. */
function isManifestFile(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  for (const name in value) if (!PLAIN_FIELDS.has(name)) return manifestFile.safeParse(value).success;
  const { path: place, bytes, sha256, label, set } = value as Readonly<Record<string, unknown>>;
  return (
    typeof place === 'string' &&
    isCount(bytes) &&
    isDigest(sha256) &&
    (label === undefined || isCount(label)) &&
    SETS.has(set)
  );
}

const PLAIN_FIELDS: ReadonlySet<string> = new Set(['path', 'bytes', 'sha256', 'label', 'set']);

function isDigest(value: unknown): boolean {
  return typeof value === 'string' && SHA256.test(value);
}

function isCount(value: unknown): boolean {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

function hashText(text: string): DatasetVersionId {
  return createHash('sha256').update(text).digest('hex') as DatasetVersionId;
}
