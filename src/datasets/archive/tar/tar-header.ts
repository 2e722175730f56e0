/** What tar archives are made of (POSIX.1-2017, pax interchange format): a header of one block, then content in whole blocks. */
export const TAR_BLOCK_BYTES = 512;

/** Whether the bytes begin with a tar header: its checksum is right. The oldest archives have no other mark. */
export function isTarHeader(bytes: Uint8Array): boolean {
  if (bytes.length < TAR_BLOCK_BYTES || bytes[0] === 0) return false;
  const text = Buffer.from(bytes.subarray(CHECKSUM_AT, CHECKSUM_END)).toString('latin1');
  const told = /^ *([0-7]+)[ \0]*/u.exec(text)?.[1];
  return told !== undefined && parseInt(told, 8) === checksumOf(bytes);
}

const CHECKSUM_AT = 148;
const CHECKSUM_END = 156;
const SPACE = 0x20;

/** The sum of the header's bytes, those of the checksum itself taken as spaces. */
function checksumOf(header: Uint8Array): number {
  let sum = 0;
  for (let at = 0; at < TAR_BLOCK_BYTES; at += 1) {
    sum += at >= CHECKSUM_AT && at < CHECKSUM_END ? SPACE : header[at]!;
  }
  return sum;
}
