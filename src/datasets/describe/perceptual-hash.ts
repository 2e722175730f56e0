import type { Pixels } from '../decode/pixels.ts';

/** Side of the grey picture that is hashed. */
export const HASHED_SIDE = 32;
const HASH_SIDE = 8;

/**
 * 64 bits that similar pictures share, as 16 hexadecimal digits: whether each of the 8 × 8 lowest frequencies (but the mean and
 * the pure rows and columns) of a grey 32 × 32 picture's cosine transform is above their median. Resizing, recompressing and
 * small changes of brightness turn few bits. @see https://www.phash.org/docs/pubs/thesis_zauner.pdf (3.2.1)
 */
export function perceptualHash(grey: Pixels): string {
  // Whole numbers, so that in flat pictures errors of rounding decide nothing.
  const coefficients = lowFrequencies(grey.data).map(Math.round);
  const median = [...coefficients].sort((left, right) => left - right)[coefficients.length / 2]!;
  let hash = 0n;
  for (const coefficient of coefficients) hash = (hash << 1n) | (coefficient > median ? 1n : 0n);
  return hash.toString(16).padStart(16, '0');
}

/** Rows 1..8 and columns 1..8 of the two-dimensional DCT-II. */
function lowFrequencies(data: Uint8Array): Float64Array {
  const rows = new Float64Array(HASHED_SIDE * HASH_SIDE);
  for (let y = 0; y < HASHED_SIDE; y += 1) {
    for (let u = 0; u < HASH_SIDE; u += 1) {
      let sum = 0;
      for (let x = 0; x < HASHED_SIDE; x += 1) sum += data[y * HASHED_SIDE + x]! * cosine(u + 1, x);
      rows[y * HASH_SIDE + u] = sum;
    }
  }
  return Float64Array.from({ length: HASH_SIDE * HASH_SIDE }, (_, at) => {
    const [v, u] = [Math.floor(at / HASH_SIDE) + 1, at % HASH_SIDE];
    let sum = 0;
    for (let y = 0; y < HASHED_SIDE; y += 1) sum += rows[y * HASH_SIDE + u]! * cosine(v, y);
    return sum;
  });
}

const COSINES = Float64Array.from({ length: (HASH_SIDE + 1) * HASHED_SIDE }, (_, at) => {
  const [frequency, place] = [Math.floor(at / HASHED_SIDE), at % HASHED_SIDE];
  return Math.cos((Math.PI * frequency * (place + 0.5)) / HASHED_SIDE);
});

function cosine(frequency: number, place: number): number {
  return COSINES[frequency * HASHED_SIDE + place]!;
}
