import { mkdir, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { ConflictError } from '../../core/errors.ts';
import type { Logger, ReportProgress } from '../../core/logger.ts';
import { commitFolder, discard, replaceAtomically, temporarySibling } from '../../storage/atomic-write.ts';
import { explainFileError } from '../../storage/file-errors.ts';
import type { ExtractedFile } from '../archive/extracted-file.ts';
import type { Annotations } from '../boxes/annotated-image.ts';
import { tellProblems, type AnnotationProblem } from '../boxes/annotation-problems.ts';
import type { DatasetVersion } from '../dataset-version.ts';
import { detectLayout } from '../layout/detect-layout.ts';
import type { DetectedLayout } from '../layout/detected-layout.ts';
import { runConcurrently } from '../run-concurrently.ts';
import type { DatasetMetadata } from '../source.ts';
import { walkFolder, type WalkedFile } from '../walk-folder.ts';
import { describeVersion } from './describe-version.ts';
import { encodeManifest, MANIFEST_NAME, readManifest, type Manifest, type ManifestFile } from './manifest.ts';
import { openObjectStore, type ObjectStore } from './object-store.ts';
import { addOrigin } from './provenance.ts';
import { verifyFiles } from './verify-version.ts';
import { FILES_FOLDER, OBJECTS_FOLDER } from './version-paths.ts';

export type CreateVersionOptions = {
  readonly dataDir: string;
  /** The files of the dataset. */
  readonly folder: string;
  /** An owned folder is temporary: its files become objects without a copy. Its owner removes it afterwards. */
  readonly owned: boolean;
  /** The hashes of those files that are known already; only taken for an owned folder, which nobody else changes. */
  readonly contents?: readonly ExtractedFile[];
  /** Of a detection dataset, whose boxes the manifest keeps; of its files the images are kept, and what says who may use them. */
  readonly annotations?: Annotations;
  readonly metadata: DatasetMetadata;
  readonly signal: AbortSignal;
  readonly progress: ReportProgress;
  readonly log: Logger;
};

/**
 * Makes an immutable version of the files in a folder: objects by content, a tree of hard links, the manifest last. The
 * same files give the same version, wherever they came from; where it is there already, its damaged files are replaced. Throws DataError when they hold no dataset, EnvironmentError
 * when the disk does not take it; nothing that looks like a version is left then.
 */
export async function createDatasetVersion(options: CreateVersionOptions): Promise<DatasetVersion> {
  const { dataDir, folder, metadata, signal, log } = options;
  const found = await walkFolder(folder, signal);
  const layout = await detectLayout(
    folder,
    found.map((file) => file.path),
    options,
  );
  tellIgnored(layout, log);
  tellProblems(layout.annotationProblems ?? [], log);
  try {
    const store = openObjectStore(path.join(dataDir, OBJECTS_FOLDER));
    const files = await storeFiles(keptFiles(found, layout), layout, store, options);
    const { layout: kind, classNames, samples, testSamples, annotationProblems } = layout;
    const manifest: Manifest = { format: 1, layout: kind, classNames: [...classNames], samples, testSamples, files };
    const version = describeVersion(manifest, metadata, annotationProblems);
    await commitVersion({ ...options, manifest, annotationProblems, store, target: path.join(dataDir, version.path) });
    return version;
  } catch (error) {
    throw explainFileError(error, dataDir);
  }
}

const CONCURRENCY = 8;
const MOST_EXAMPLES = 5;

function tellIgnored({ ignored }: DetectedLayout, log: Logger): void {
  if (ignored.length === 0) return;
  const examples = ignored.slice(0, MOST_EXAMPLES).map(({ path: file, reason }) => `${file} (${reason})`);
  log.warn(`${ignored.length} images are not samples, for example ${examples.join(', ')}`);
}

/** What the annotations say is in the manifest. */
function keptFiles(found: readonly WalkedFile[], { layout, labelled }: DetectedLayout): readonly WalkedFile[] {
  if (layout !== 'detection') return found;
  const images = new Set(labelled.map((sample) => sample.path));
  return found.filter((file) => images.has(file.path) || NOTICE.test(file.path));
}

/** What belongs to the images wherever they go. */
const NOTICE = /(?:^|\/)(?:licen[cs]e|copying|copyright|notice|readme)(?:\.(?:txt|md))?$/iu;

async function storeFiles(
  found: readonly WalkedFile[],
  { labelled }: DetectedLayout,
  store: ObjectStore,
  { folder, owned, contents = [], signal, progress }: CreateVersionOptions,
): Promise<ManifestFile[]> {
  const samples = new Map(labelled.map((sample) => [sample.path, sample]));
  const known = new Map(contents.map((content) => [content.path, content]));
  let done = 0;
  return runConcurrently(found, CONCURRENCY, signal, async (file) => {
    const { sha256, bytes } = await store.put(path.join(folder, file.path), owned, known.get(file.path));
    progress({ done: ++done, total: found.length, unit: 'files' });
    const sample = samples.get(file.path);
    if (sample === undefined) return { path: file.path, bytes, sha256 };
    const { set } = sample;
    const what = 'boxes' in sample ? { boxes: [...sample.boxes] } : { label: sample.label };
    return { path: file.path, bytes, sha256, ...what, ...(set === undefined ? {} : { set }) };
  });
}

type Commit = CreateVersionOptions & {
  readonly manifest: Manifest;
  readonly annotationProblems: readonly AnnotationProblem[] | undefined;
  readonly store: ObjectStore;
  readonly target: string;
};

async function commitVersion(commit: Commit): Promise<void> {
  const { manifest, annotationProblems, store, target, metadata, signal } = commit;
  const { text, id } = encodeManifest(manifest);
  const present = await readManifest(target);
  if (present !== undefined && present.id !== id) {
    throw new ConflictError(`${target} belongs to another dataset version, ${present.id}. Move it away and try again.`);
  }
  if (present === undefined) {
    const temporary = temporarySibling(target);
    try {
      await mkdir(temporary, { recursive: true });
      await runConcurrently(manifest.files, CONCURRENCY, signal, ({ sha256, path: file }) =>
        store.place(sha256, path.join(temporary, FILES_FOLDER, file)),
      );
      await writeFile(path.join(temporary, MANIFEST_NAME), text);
      await rm(target, { recursive: true, force: true });
      await commitFolder(temporary, target);
    } catch (error) {
      await discard(temporary);
      throw error;
    }
  }
  if (present !== undefined) await mendVersion(commit);
  await addOrigin(target, metadata, annotationProblems);
}

/** Puts what was just collected in the place of files of the version that were damaged or removed. */
async function mendVersion({ manifest, store, target, signal, progress, log }: Commit): Promise<void> {
  const problems = await verifyFiles(target, manifest.files, { signal, progress });
  for (const { kind, path: name, expected } of problems) {
    if (expected === null) {
      log.warn(`${path.join(target, FILES_FOLDER, name)} is no file of the dataset. Remove it.`);
      continue;
    }
    const file = path.join(target, FILES_FOLDER, name);
    log.warn(`${file} was ${kind}; it is replaced`);
    await replaceAtomically(file, (temporary) => store.place(expected.sha256, temporary));
  }
}
