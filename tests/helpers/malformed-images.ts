import { crc32 } from 'node:zlib';
import { DataError } from '../../src/core/errors.ts';
import { loadSharp } from '../../src/core/load-sharp.ts';
import { seededRandom, type SeededRandom } from '../../src/core/seeded-random.ts';
import { pixelDecoder } from '../../src/datasets/decode/decode-image.ts';
import type { Malformed } from './malformed-archives.ts';
import { mutate } from './mutate.ts';

/** A whole JPEG and a whole PNG of noise, to be malformed. */
export async function wholeImages(): Promise<readonly Buffer[]> {
  const random = seededRandom('whole images');
  const data = Buffer.from(Array.from({ length: 40 * 30 * 3 }, () => random.integer(256)));
  const image = loadSharp()(data, { raw: { width: 40, height: 30, channels: 3 } });
  return [await image.clone().jpeg().toBuffer(), await image.clone().png().toBuffer()];
}

/** Decodes an image that is malformed by the seed. It must give pixels or a DataError, and take less than five seconds. */
export async function decodeMalformed(
  whole: readonly Buffer[],
  ...seed: readonly (string | number)[]
): Promise<Malformed> {
  const bytes = malformedImage(whole, seededRandom(...seed));
  const start = performance.now();
  const outcome: unknown = await pixelDecoder()(bytes).catch((error: unknown) => error);
  const tookMs = performance.now() - start;
  const complaint =
    (outcome instanceof Error && !(outcome instanceof DataError) ? `ended with ${String(outcome)}` : undefined) ??
    (tookMs > SLOWEST_MS ? `took ${Math.round(tookMs)} ms` : undefined);
  return { taken: !(outcome instanceof Error), tookMs, ...(complaint === undefined ? {} : { complaint }) };
}

const SLOWEST_MS = 5_000;

function malformedImage(whole: readonly Buffer[], random: SeededRandom): Buffer {
  const mutated = mutate(whole[random.integer(whole.length)]!, random);
  return random.integer(2) === 0 ? mutated : withRightPngChecksums(mutated);
}

const PNG_SIGNATURE_BYTES = 8;

/** Chunks whose checksum is wrong are refused for that alone. A JPEG has none and stays as it is. */
function withRightPngChecksums(bytes: Buffer): Buffer {
  const copy = Buffer.from(bytes);
  if (copy.toString('latin1', 1, 4) !== 'PNG') return copy;
  for (let at = PNG_SIGNATURE_BYTES; at + 12 <= copy.length;) {
    const end = at + 8 + copy.readUInt32BE(at);
    if (end + 4 > copy.length) break;
    copy.writeUInt32BE(crc32(copy.subarray(at + 4, end)), end);
    at = end + 4;
  }
  return copy;
}
