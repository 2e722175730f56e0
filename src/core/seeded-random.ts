import { createHash } from 'node:crypto';

/** A reproducible stream of random numbers: the same seed gives the same stream on every machine. */
export interface SeededRandom {
  /** Uniform in [0, 1), 32 bits of randomness. */
  next(): number;
  /** Uniform in [low, high). */
  uniform(low: number, high: number): number;
  /** Uniform integer in [0, bound). */
  integer(bound: number): number;
  /** Normally distributed (Box–Muller), mean 0, standard deviation 1. */
  normal(): number;
  /** Fisher–Yates, in place; returns its argument. */
  shuffle<Items extends { length: number; [index: number]: unknown }>(items: Items): Items;
}

/** The generator sfc32 (Chris Doty-Humphrey, PractRand), its state taken from SHA-256 of the seed's parts. */
export function seededRandom(...seed: readonly (string | number)[]): SeededRandom {
  const digest = createHash('sha256').update(JSON.stringify(seed)).digest();
  let a = digest.readInt32LE(0);
  let b = digest.readInt32LE(4);
  let c = digest.readInt32LE(8);
  let counter = 1;

  const next = (): number => {
    const sum = (a + b + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (((c << 21) | (c >>> 11)) + sum) | 0;
    return (sum >>> 0) / 2 ** 32;
  };
  for (let warmUp = 0; warmUp < 12; warmUp += 1) next();

  const integer = (bound: number): number => Math.floor(next() * bound);
  return {
    next,
    uniform: (low, high) => low + (high - low) * next(),
    integer,
    normal: () => Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next()),
    shuffle: (items) => {
      for (let last = items.length - 1; last > 0; last -= 1) {
        const other = integer(last + 1);
        [items[last], items[other]] = [items[other], items[last]];
      }
      return items;
    },
  };
}
