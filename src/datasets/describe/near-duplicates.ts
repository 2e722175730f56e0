/** What pictures are compared by. */
export type Likeness = {
  /** Perceptual hash: 16 hexadecimal digits. */
  readonly hash: string;
  /** The grey picture at 8 × 8, base64. */
  readonly tiny: string;
};

/**
 * Groups of pictures that look alike, as indices in rising order, the largest group first: perceptual hashes that differ in at
 * most 4 of 64 bits, and grey 8 × 8 pictures whose values (0..255) differ by 8 at most in the mean, so that featureless pictures,
 * whose hashes say nothing, are not joined. Who is like one of a group belongs to it.
 */
export function findNearDuplicates(pictures: readonly Likeness[]): number[][] {
  const prints = pictures.map(({ hash, tiny }) => ({
    high: Number.parseInt(hash.slice(0, 8), 16),
    low: Number.parseInt(hash.slice(8), 16),
    tiny: Buffer.from(tiny, 'base64'),
  }));
  const groups = disjointSets(prints.length);
  for (const band of BANDS) {
    for (const bucket of bucketsOf(prints, band)) joinAlike(bucket, prints, groups);
  }
  const members = new Map<number, number[]>();
  prints.forEach((_, at) => {
    const group = members.get(groups.find(at));
    if (group === undefined) members.set(groups.find(at), [at]);
    else group.push(at);
  });
  return [...members.values()].filter(({ length }) => length > 1).sort((left, right) => right.length - left.length);
}

type Print = { readonly high: number; readonly low: number; readonly tiny: Uint8Array };
type Band = (print: Print) => number;

const MOST_BITS = 4;
const MOST_MEAN_DIFFERENCE = 8;

/** Of five parts of 64 bits, one at least is the same in hashes that differ in four: only those are compared. */
const BANDS: readonly Band[] = [
  ({ low }) => low & 0x1fff,
  ({ low }) => (low >>> 13) & 0x1fff,
  ({ low, high }) => ((low >>> 26) & 0x3f) | ((high & 0x7f) << 6),
  ({ high }) => (high >>> 7) & 0x1fff,
  ({ high }) => (high >>> 20) & 0xfff,
];

function bucketsOf(prints: readonly Print[], band: Band): Iterable<number[]> {
  const buckets = new Map<number, number[]>();
  prints.forEach((print, at) => {
    const bucket = buckets.get(band(print));
    if (bucket === undefined) buckets.set(band(print), [at]);
    else bucket.push(at);
  });
  return buckets.values();
}

function joinAlike(bucket: readonly number[], prints: readonly Print[], groups: DisjointSets): void {
  for (const [place, first] of bucket.entries()) {
    for (let other = place + 1; other < bucket.length; other += 1) {
      const second = bucket[other]!;
      if (groups.find(first) !== groups.find(second) && areAlike(prints[first]!, prints[second]!)) {
        groups.join(first, second);
      }
    }
  }
}

function areAlike(first: Print, second: Print): boolean {
  if (bits(first.high ^ second.high) + bits(first.low ^ second.low) > MOST_BITS) return false;
  let difference = 0;
  for (let at = 0; at < first.tiny.length; at += 1) difference += Math.abs(first.tiny[at]! - second.tiny[at]!);
  return difference <= MOST_MEAN_DIFFERENCE * first.tiny.length;
}

/** How many of 32 bits are set. */
function bits(word: number): number {
  const pairs = word - ((word >>> 1) & 0x55555555);
  const fours = (pairs & 0x33333333) + ((pairs >>> 2) & 0x33333333);
  return Math.imul((fours + (fours >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
}

type DisjointSets = { find(item: number): number; join(first: number, second: number): void };

/** Union-find with path halving (Tarjan and van Leeuwen, 1984). */
function disjointSets(count: number): DisjointSets {
  const parents = Int32Array.from({ length: count }, (_, at) => at);
  const find = (item: number) => {
    let at = item;
    while (parents[at] !== at) at = parents[at] = parents[parents[at]!]!;
    return at;
  };
  return { find, join: (first, second) => void (parents[find(second)] = find(first)) };
}
