import { createHash } from 'node:crypto';

/** A sample's id, 32 bytes: its content and its place, so that it is stable from version to version and unique within one. */
export function sampleIdOf(contentHash: string, place: string): Buffer {
  return createHash('sha256').update(`${contentHash} ${place}`).digest();
}
