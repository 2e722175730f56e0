import { DataError } from '../../core/errors.ts';
import { spellingKey } from '../layout/spelling.ts';

/** What an archive says about one entry, in words that all formats share. */
export type ArchiveEntry = {
  /** Parts joined by `/`; that of a folder ends in one. */
  readonly path: string;
  readonly kind: 'file' | 'folder' | 'symbolic-link' | 'hard-link' | 'special-file';
  /** Unpacked. */
  readonly bytes: number;
  /** What it takes in the archive, where entries are packed one by one. */
  readonly packedBytes?: number;
  /** Why the format's reader cannot take it: encrypted, damaged, packed in a way nobody reads here. */
  readonly problem?: string;
};

/** What an archive may cost. The defaults admit any real image dataset. */
export type ExtractLimits = {
  readonly maxEntries: number;
  /** Of all entries together, unpacked. */
  readonly maxBytes: number;
  /** Unpacked bytes per packed byte, of an entry or where all are packed in one stream of that; the first MiB is not asked. */
  readonly maxRatio: number;
};

export const DEFAULT_EXTRACT_LIMITS: ExtractLimits = {
  maxEntries: 2_000_000,
  maxBytes: 200 * 2 ** 30,
  maxRatio: 200,
};

/**
 * The rules for one archive, whose entries are shown to `admit` one after the other. It refuses what would write outside the
 * folder, links and special files, entries that hide behind each other, and more than the limits: a DataError that names the
 * entry. It goes by what the archive announces, so its reader must hold an entry to its announced bytes.
 */
export function entryRules(limits: ExtractLimits): { admit(entry: ArchiveEntry): void } {
  const taken = new Map<string, Taken>();
  let entries = 0;
  let total = 0;
  return {
    admit: (entry) => {
      const problem =
        findPathProblem(entry.path) ?? findKindProblem(entry) ?? entry.problem ?? claim(entry.path, taken);
      if (problem !== undefined) throw refusal(entry.path, problem);
      entries += 1;
      total += entry.bytes;
      if (entries > limits.maxEntries) {
        throw refusal(entry.path, `the archive has more than ${limits.maxEntries} entries`);
      }
      if (!(total <= limits.maxBytes)) {
        throw refusal(entry.path, `the archive unpacks to more than ${limits.maxBytes} bytes`);
      }
      if (isBomb(entry.bytes, entry.packedBytes, limits)) throw bombRefusal(entry.path, limits);
    },
  };
}

/** Whether so many bytes come of so few: data that is packed this well was made to fill disks. */
export function isBomb(bytes: number, packedBytes: number | undefined, { maxRatio }: ExtractLimits): boolean {
  return packedBytes !== undefined && bytes > SMALL_BYTES && bytes > packedBytes * maxRatio;
}

/** The error for an entry with which an archive proves to be a bomb. */
export function bombRefusal(path: string, { maxRatio }: ExtractLimits): DataError {
  return refusal(path, `it unpacks to more than ${maxRatio} times its packed size (a "zip bomb")`);
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

type Taken = { readonly path: string; readonly folder: boolean };

const SMALL_BYTES = 2 ** 20;
const MAX_SEGMENT_BYTES = 255;

/** What is wrong with a path, parts joined by `/`, that something from outside wants to be written to. */
export function findPathProblem(path: string): string | undefined {
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

function findKindProblem({ path, kind, bytes }: ArchiveEntry): string | undefined {
  const isNamedAsFolder = path.endsWith('/');
  switch (kind) {
    case 'symbolic-link':
      return 'it is a symbolic link';
    case 'hard-link':
      return 'it is a hard link';
    case 'special-file':
      return 'it is a special file';
    case 'folder':
      if (!isNamedAsFolder) return 'it is a folder whose name does not end in "/"';
      return bytes > 0 ? 'it is named as a folder but holds data' : undefined;
    case 'file':
      return isNamedAsFolder ? 'it is named as a folder but holds data' : undefined;
  }
}

/** Takes the path and its folders; says what is wrong when another entry has the same place, also but for its case. */
function claim(path: string, taken: Map<string, Taken>): string | undefined {
  const folder = path.endsWith('/');
  const segments = (folder ? path.slice(0, -1) : path).split('/');
  for (let depth = 1; depth <= segments.length; depth += 1) {
    const isFolder = depth < segments.length || folder;
    const part = segments.slice(0, depth).join('/');
    const key = spellingKey(part);
    const other = taken.get(key);
    if (other === undefined) taken.set(key, { path: part, folder: isFolder });
    else if (other.path !== part)
      return `it differs only in case, or in how its letters are composed, from ${JSON.stringify(other.path)}`;
    else if (!isFolder || !other.folder) return 'its path is taken by another entry';
  }
  return undefined;
}
