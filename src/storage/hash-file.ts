import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';

/** Lower-case hex SHA-256 of a file's content: of a file known to be small read whole, else as a stream. */
export async function sha256OfFile(path: string, knownBytes = Infinity): Promise<string> {
  const hash = createHash('sha256');
  if (knownBytes <= LARGEST_WHOLE_READ_BYTES) return hash.update(await readFile(path)).digest('hex');
  await pipeline(createReadStream(path), hash);
  return hash.digest('hex');
}

/** A stream costs more than reading a photo whole; what is larger than a photo is streamed. */
const LARGEST_WHOLE_READ_BYTES = 4 * 2 ** 20;
