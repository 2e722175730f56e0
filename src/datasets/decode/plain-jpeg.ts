/** The size of a JPEG picture; one channel is grey, three are colour. */
export type JpegFrame = { readonly height: number; readonly width: number; readonly channels: 1 | 3 };

/**
 * Reads the structure of a JPEG file that needs nothing but decoding: sequential Huffman coding in one scan, 8 bits, grey or YCbCr
 * with chroma at full or half size, not turned by EXIF, without a colour profile, and whole: its scan is followed by the end marker.
 * Undefined for all others, damaged ones too; progressive ones, because in them damage shows only to who looks for it. @see https://www.w3.org/Graphics/JPEG/itu-t81.pdf annex B
 */
export function readPlainJpeg(bytes: Uint8Array): JpegFrame | undefined {
  const found: Found = { frame: undefined, isYcc: false, scans: 0 };
  const isWhole = bytes[0] === 0xff && bytes[1] === START_OF_IMAGE && takeSegments(bytes, found);
  return isWhole && found.isYcc && found.scans === 1 ? found.frame : undefined;
}

/** Whether there is nothing but segments of a plain file up to the end marker. */
function takeSegments(bytes: Uint8Array, found: Found): boolean {
  let at = 2;
  while (bytes[at] === 0xff && bytes[at + 1] !== END_OF_IMAGE) {
    const marker = bytes[at + 1]!;
    const end = at + 2 + readUint16(bytes, at + 2);
    if (end > bytes.length || end < at + 4) return false;
    if (!takeSegment(marker, bytes.subarray(at + 4, end), found)) return false;
    at = marker === START_OF_SCAN ? endOfScan(bytes, end) : end;
  }
  return bytes[at] === 0xff;
}

const START_OF_IMAGE = 0xd8;
const END_OF_IMAGE = 0xd9;
const START_OF_SCAN = 0xda;
/** Baseline and extended sequential; others are progressive, lossless, hierarchical or arithmetic. */
const FRAMES = [0xc0, 0xc1];
const OTHER_FRAMES = [0xc2, 0xc3, 0xc5, 0xc6, 0xc7, 0xc9, 0xca, 0xcb, 0xcd, 0xce, 0xcf];
const APP0 = 0xe0;
const APP1 = 0xe1;
const APP2 = 0xe2;
const APP14 = 0xee;

type Found = {
  frame: JpegFrame | undefined;
  /** Whether the components are known to be grey, or luminance and two colour differences. */
  isYcc: boolean;
  scans: number;
};

/** False when the segment says that the file is not plain. */
function takeSegment(marker: number, content: Uint8Array, found: Found): boolean {
  if (FRAMES.includes(marker)) return found.frame === undefined && takeFrame(content, found);
  if (marker >= APP0 && marker <= APP14) return takeApplicationData(marker, content, found);
  if (marker === START_OF_SCAN) found.scans += 1;
  return !OTHER_FRAMES.includes(marker);
}

function takeApplicationData(marker: number, content: Uint8Array, found: Found): boolean {
  if (marker === APP0 && startsWith(content, 'JFIF\0')) found.isYcc = true;
  if (marker === APP1 && startsWith(content, 'Exif\0\0')) return isUpright(content.subarray(6));
  if (marker === APP2 && startsWith(content, 'ICC_PROFILE\0')) return false;
  return marker !== APP14 || !startsWith(content, 'Adobe') || content[11] === ADOBE_YCC;
}

const ADOBE_YCC = 1;

function takeFrame(content: Uint8Array, found: Found): boolean {
  const [bits, components] = [content[0], content[5]];
  const height = readUint16(content, 1);
  const width = readUint16(content, 3);
  if (bits !== 8 || height === 0 || width === 0 || (components !== 1 && components !== 3)) return false;
  if (content.length !== 6 + components * 3) return false;
  const ids = [6, 9, 12].slice(0, components).map((at) => content[at]);
  const sampling = [7, 10, 13].slice(0, components).map((at) => content[at]!);
  found.frame = { height, width, channels: components };
  found.isYcc ||= components === 1 || ids.every((id, at) => id === at + 1);
  return isCommonSampling(sampling);
}

/** A byte holds the factors across and down: 0x11 is full size; luminance twice as fine as the colours, or not. */
function isCommonSampling([first, ...others]: readonly number[]): boolean {
  const finest = others.length === 0 ? [0x11] : [0x11, 0x12, 0x21, 0x22];
  return finest.includes(first!) && others.every((factors) => factors === 0x11);
}

/** Whether the first directory of the TIFF structure in an Exif segment has no other orientation than 1. */
function isUpright(tiff: Uint8Array): boolean {
  const view = new DataView(tiff.buffer, tiff.byteOffset, tiff.byteLength);
  const little = startsWith(tiff, 'II');
  if (tiff.length < 8 || (!little && !startsWith(tiff, 'MM'))) return false;
  const directory = view.getUint32(4, little);
  if (directory + 2 > tiff.length) return false;
  const end = directory + 2 + view.getUint16(directory, little) * ENTRY_BYTES;
  if (end > tiff.length) return false;
  for (let at = directory + 2; at < end; at += ENTRY_BYTES) {
    if (view.getUint16(at, little) === ORIENTATION && view.getUint16(at + 8, little) !== 1) return false;
  }
  return true;
}

const ENTRY_BYTES = 12;
const ORIENTATION = 0x0112;

/** Where the marker behind a scan's data lies; in the data 0xff is followed by 0 or by the number of a restart. */
function endOfScan(bytes: Uint8Array, start: number): number {
  for (let at = bytes.indexOf(0xff, start); at !== -1; at = bytes.indexOf(0xff, at + 2)) {
    const next = bytes[at + 1];
    if (next !== 0 && (next === undefined || next < 0xd0 || next > 0xd7)) return at;
  }
  return bytes.length;
}

function readUint16(bytes: Uint8Array, at: number): number {
  return (bytes[at] ?? 0) * 256 + (bytes[at + 1] ?? 0);
}

function startsWith(bytes: Uint8Array, text: string): boolean {
  for (let at = 0; at < text.length; at += 1) if (bytes[at] !== text.charCodeAt(at)) return false;
  return true;
}
