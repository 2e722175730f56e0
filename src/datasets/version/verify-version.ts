import { readdir, stat } from 'node:fs/promises';
import path from 'node:path';
import type { ReportProgress } from '../../core/logger.ts';
import { sha256OfFile } from '../../storage/hash-file.ts';
import { runConcurrently } from '../run-concurrently.ts';
import { readManifest, type Manifest, type ManifestFile } from './manifest.ts';
import { FILES_FOLDER } from './version-paths.ts';

/** A file that is not what the manifest says. */
export type FileProblem = {
  readonly kind: 'changed' | 'missing' | 'extra' | 'unreadable';
  /** As in the manifest: relative to the version's files. */
  readonly path: string;
  readonly expected: Content | null;
  readonly received: Content | null;
  /** Of an unreadable file: the system's code, for example `EACCES`. */
  readonly reason: string | null;
};

type Content = Pick<ManifestFile, 'bytes' | 'sha256'>;

export type VerifiedVersion = {
  /** Only by a manifest that is whole can files be judged. */
  readonly manifest: 'whole' | 'changed' | 'missing';
  /** Files and bytes that the manifest names. */
  readonly files: number;
  readonly bytes: number;
  /** By path. */
  readonly problems: readonly FileProblem[];
};

type Watch = { readonly signal: AbortSignal; readonly progress: ReportProgress };

/** Reads every file of a version again and compares it with the manifest, and the manifest with the version's id. */
export async function verifyVersion(versionFolder: string, id: string, watch: Watch): Promise<VerifiedVersion> {
  const found = await readManifest(versionFolder).catch(() => 'damaged' as const);
  if (found === undefined) return { manifest: 'missing', files: 0, bytes: 0, problems: [] };
  if (found === 'damaged' || found.id !== id) return { manifest: 'changed', files: 0, bytes: 0, problems: [] };
  const { files } = found.manifest;
  const bytes = files.reduce((sum, file) => sum + file.bytes, 0);
  return { manifest: 'whole', files: files.length, bytes, problems: await verifyFiles(versionFolder, files, watch) };
}

/** What of a version's files is changed, missing, extra or cannot be read, by path. */
export async function verifyFiles(
  versionFolder: string,
  files: Manifest['files'],
  { signal, progress }: Watch,
): Promise<FileProblem[]> {
  const folder = path.join(versionFolder, FILES_FOLDER);
  let done = 0;
  const checked = await runConcurrently(files, CONCURRENCY, signal, async (file) => {
    const problem = await verifyFile(path.join(folder, file.path), file);
    progress({ done: ++done, total: files.length, unit: 'files' });
    return problem ?? [];
  });
  const named = new Set(files.map((file) => file.path));
  const extra = (await listFiles(folder)).filter((file) => !named.has(file)).map(extraFile);
  return [...checked.flat(), ...extra].sort((left, right) => (left.path < right.path ? -1 : 1));
}

const CONCURRENCY = 8;

async function verifyFile(place: string, { path: name, ...expected }: ManifestFile): Promise<FileProblem | undefined> {
  const { bytes, sha256 } = expected;
  const problem = { path: name, expected: { bytes, sha256 }, received: null, reason: null };
  try {
    const { size } = await stat(place);
    const received = { bytes: size, sha256: await sha256OfFile(place, size) };
    return received.sha256 === sha256 ? undefined : { ...problem, kind: 'changed', received };
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
    return NOT_THERE.includes(code)
      ? { ...problem, kind: 'missing' }
      : { ...problem, kind: 'unreadable', reason: code };
  }
}

/** Nothing, or something else than a file. */
const NOT_THERE = ['ENOENT', 'ENOTDIR', 'EISDIR', 'ELOOP'];

async function listFiles(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
  return entries
    .filter((entry) => !entry.isDirectory())
    .map((entry) => path.relative(folder, path.join(entry.parentPath, entry.name)).split(path.sep).join('/'));
}

function extraFile(name: string): FileProblem {
  return { kind: 'extra', path: name, expected: null, received: null, reason: null };
}
