import { DataError } from '../../core/errors.ts';

/** What the central directory of an archive says about one entry. */
export type ArchiveEntry = {
  readonly signature: number;
  readonly path: string;
  readonly flags: number;
  readonly compressionMethod: number;
  readonly externalFileAttributes: number;
  readonly compressedSize: number;
  readonly uncompressedSize: number;
  readonly crc32: number;
};

/** What an archive may cost. The defaults admit any real image dataset. */
export type ExtractLimits = {
  readonly maxEntries: number;
  /** Of all entries together, unpacked. */
  readonly maxBytes: number;
  /** Unpacked bytes per packed byte of one entry; entries under 1 MiB unpacked are not asked. */
  readonly maxRatio: number;
};

export const DEFAULT_EXTRACT_LIMITS: ExtractLimits = {
  maxEntries: 2_000_000,
  maxBytes: 200 * 2 ** 30,
  maxRatio: 200,
};

/**
 * Refuses an archive that would write outside its folder, make links or special files, hide entries behind each other, or
 * needs more than the limits, before anything is written. Throws DataError naming the first entry at fault.
 */
export function checkEntries(entries: readonly ArchiveEntry[], limits: ExtractLimits): void {
  const taken = new Map<string, Taken>();
  let bytes = 0;
  for (const entry of entries) {
    const problem = findPathProblem(entry.path) ?? findKindProblem(entry) ?? claim(entry.path, taken);
    if (problem !== undefined) throw refusal(entry.path, problem);
    bytes += entry.uncompressedSize;
    checkSize({ path: entry.path, compressed: entry.compressedSize, bytes: entry.uncompressedSize }, bytes, limits);
  }
}

/** Throws DataError when `bytes` of one entry, or `total` of all, are past the limits. */
export function checkSize(
  { path, compressed, bytes }: { readonly path: string; readonly compressed: number; readonly bytes: number },
  total: number,
  limits: ExtractLimits,
): void {
  if (total > limits.maxBytes) throw refusal(path, `the archive unpacks to more than ${limits.maxBytes} bytes`);
  if (bytes > SMALL_ENTRY_BYTES && bytes > compressed * limits.maxRatio) {
    throw refusal(path, `it unpacks to more than ${limits.maxRatio} times its packed size (a "zip bomb")`);
  }
}

/** The error for an entry that is not taken. */
export function refusal(path: string, problem: string, cause?: unknown): DataError {
  return new DataError(
    `Refused the archive because of its entry ${JSON.stringify(path)}: ${problem}. Nothing of it was kept.`,
    {
      cause,
      details: { entry: path },
    },
  );
}

/** Whether the entry stands for a folder. */
export function isFolderEntry(entry: { readonly path: string }): boolean {
  return entry.path.endsWith('/');
}

type Taken = { readonly path: string; readonly folder: boolean };

const SMALL_ENTRY_BYTES = 2 ** 20;
const ENTRY_SIGNATURE = 0x02014b50;
const ENCRYPTED_FLAGS = 0x0001 | 0x0040 | 0x2000;
const READABLE_METHODS: readonly number[] = [0, 8];
const FILE_TYPE_MASK = 0o170000;
const REGULAR_FILE = 0o100000;
const FOLDER = 0o040000;
const SYMBOLIC_LINK = 0o120000;
const MAX_SEGMENT_BYTES = 255;

function findPathProblem(path: string): string | undefined {
  const segments = (path.endsWith('/') ? path.slice(0, -1) : path).split('/');
  const problems: readonly (readonly [found: boolean, problem: string])[] = [
    [path === '' || path === '/', 'it has no name'],
    [/\p{Cc}/u.test(path), 'its name holds control characters'],
    [path.includes('\\'), 'its name holds a backslash, which some systems take for a folder'],
    [path.startsWith('/'), 'its path is absolute'],
    [/^[a-z]:/iu.test(path), 'its path names a drive'],
    [segments.includes('..'), 'its path leaves the folder by ".."'],
    [segments.some((segment) => segment === '' || segment === '.'), 'its path has an empty or "." part'],
    [segments.some((segment) => Buffer.byteLength(segment) > MAX_SEGMENT_BYTES), 'its name is too long'],
  ];
  return problems.find(([found]) => found)?.[1];
}

function findKindProblem(entry: ArchiveEntry): string | undefined {
  if (entry.signature !== ENTRY_SIGNATURE) return 'the directory of the archive is damaged here';
  const type = (entry.externalFileAttributes >>> 16) & FILE_TYPE_MASK;
  if (type === SYMBOLIC_LINK) return 'it is a symbolic link';
  if (type !== 0 && type !== REGULAR_FILE && type !== FOLDER) return 'it is a special file';
  return isFolderEntry(entry) ? findFolderProblem(entry, type) : findFileProblem(entry, type);
}

function findFolderProblem(entry: ArchiveEntry, type: number): string | undefined {
  return entry.uncompressedSize > 0 || type === REGULAR_FILE ? 'it is named as a folder but holds data' : undefined;
}

function findFileProblem(entry: ArchiveEntry, type: number): string | undefined {
  if (type === FOLDER) return 'it is a folder whose name does not end in "/"';
  if ((entry.flags & ENCRYPTED_FLAGS) !== 0) return 'it is encrypted';
  if (READABLE_METHODS.includes(entry.compressionMethod)) return undefined;
  return `its compression method ${entry.compressionMethod} is not supported (stored and deflate are)`;
}

/** Takes the path and its folders; says what is wrong when another entry has the same place, also but for its case. */
function claim(path: string, taken: Map<string, Taken>): string | undefined {
  const folder = path.endsWith('/');
  const segments = (folder ? path.slice(0, -1) : path).split('/');
  for (let depth = 1; depth <= segments.length; depth += 1) {
    const isFolder = depth < segments.length || folder;
    const part = segments.slice(0, depth).join('/');
    const key = part.normalize('NFC').toLowerCase();
    const other = taken.get(key);
    if (other === undefined) taken.set(key, { path: part, folder: isFolder });
    else if (other.path !== part) return `it differs only in case from ${JSON.stringify(other.path)}`;
    else if (!isFolder || !other.folder) return 'its path is taken by another entry';
  }
  return undefined;
}
