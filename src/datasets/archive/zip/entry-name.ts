import { isUtf8 } from 'node:buffer';
import { crc32 } from 'node:zlib';
import { findExtra } from './extra-fields.ts';

/**
 * An entry's name. It is UTF-8 by what most archivers write, whether they say so or not; in a field of its own where Info-ZIP puts
 * it (APPNOTE.TXT 4.6.9); and what is no UTF-8 is in the character set of the IBM PC, as the format began (appendix D).
 */
export function decodeEntryName(name: Buffer, extra: Buffer): string {
  const unicode = findExtra(extra, UNICODE_PATH_EXTRA);
  const isOfThisName = unicode !== undefined && unicode.length > 5 && unicode.readUInt32LE(1) === crc32(name);
  const bytes = isOfThisName ? unicode.subarray(5) : name;
  if (isUtf8(bytes)) return bytes.toString('utf8');
  return Array.from(name, (byte) => (byte < 128 ? String.fromCharCode(byte) : IBM_PC[byte - 128])).join('');
}

const UNICODE_PATH_EXTRA = 0x7075;

/** Code page 437, from 0x80 on. */
const IBM_PC =
  'ÇüéâäàåçêëèïîìÄÅÉæÆôöòûùÿÖÜ¢£¥₧ƒáíóúñÑªº¿⌐¬½¼¡«»░▒▓│┤╡╢╖╕╣║╗╝╜╛┐' +
  '└┴┬├─┼╞╟╚╔╩╦╠═╬╧╨╤╥╙╘╒╓╫╪┘┌█▄▌▐▀αßΓπΣσµτΦΘΩδ∞φε∩≡±≥≤⌠⌡÷≈°∙·√ⁿ²■\u00a0';
