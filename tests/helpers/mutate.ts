import type { SeededRandom } from '../../src/core/seeded-random.ts';

/** A copy of a file with one to three things wrong, as damage and malice have them; the same stream gives the same copy. */
export function mutate(bytes: Uint8Array, random: SeededRandom): Buffer {
  let mutated: Buffer = Buffer.from(bytes);
  for (let left = 1 + random.integer(3); left > 0 && mutated.length > 0; left -= 1) {
    const mutation = MUTATIONS[random.integer(MUTATIONS.length)]!;
    mutated = mutation(mutated, place(mutated, random), random);
  }
  return mutated;
}

type Mutation = (bytes: Buffer, at: number, random: SeededRandom) => Buffer;

const MUTATIONS: readonly Mutation[] = [
  (bytes, at, random) => write(bytes, at, Buffer.from([bytes[at]! ^ (1 << random.integer(8))])),
  (bytes, at, random) => write(bytes, at, Buffer.from([random.integer(256)])),
  (bytes, at, random) => write(bytes, at, numberBytes(random)),
  (bytes, at, random) => write(bytes, at, numberBytes(random).reverse()),
  (bytes, at, random) => write(bytes, at, Buffer.alloc(1 + random.integer(40), random.integer(2) * 0xff)),
  (bytes, at, random) => write(bytes, at, Buffer.from(NAMES[random.integer(NAMES.length)]!)),
  (bytes, at, random) => write(bytes, at, range(bytes, random)),
  (bytes, at) => bytes.subarray(0, at),
  (bytes, at, random) => Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + 1 + random.integer(600))]),
  (bytes, at, random) => Buffer.concat([bytes.subarray(0, at), range(bytes, random), bytes.subarray(at)]),
];

/** What a field may hold that nobody thought of. */
const NUMBERS = [0, 1, 0x7f, 0x80, 0xff, 0x7fff, 0x8000, 0xffff, 0x7fffffff, 0x80000000, 0xfffffffe, 0xffffffff];
const NAMES = ['../', '../../x', '/', '/mlflow-ts-evil', 'C:', '\\', '\0', './', '//', 'A', '2', '5', 'x'];

/** Anywhere; half of the time near the beginning or the end, where files say what they hold. */
function place({ length }: Buffer, random: SeededRandom): number {
  const near = Math.min(length, 1 + random.integer(200));
  const kind = random.integer(4);
  return kind === 0 ? random.integer(near) : kind === 1 ? length - near : random.integer(length);
}

function numberBytes(random: SeededRandom): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64LE(BigInt(NUMBERS[random.integer(NUMBERS.length)]!));
  return bytes.subarray(0, [1, 2, 4, 8][random.integer(4)]);
}

function range(bytes: Buffer, random: SeededRandom): Buffer {
  const at = random.integer(bytes.length);
  return Buffer.from(bytes.subarray(at, at + 1 + random.integer(600)));
}

function write(bytes: Buffer, at: number, patch: Uint8Array): Buffer {
  const copy = Buffer.from(bytes);
  copy.set(patch.subarray(0, copy.length - at), at);
  return copy;
}
