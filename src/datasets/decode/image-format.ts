/** A format of images, by the first bytes of a file. */
export type ImageFormat = 'jpeg' | 'png' | 'webp' | 'gif' | 'bmp' | 'tiff' | 'avif';

export const IMAGE_FORMATS = ['jpeg', 'png', 'webp', 'gif', 'bmp', 'tiff', 'avif'] as const satisfies ImageFormat[];

/** The format that a file's first bytes tell, whatever its name says; undefined when they tell none. */
export function formatOf(bytes: Uint8Array): ImageFormat | undefined {
  const start = Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.length, 12)).toString('latin1');
  return SIGNATURES.find(([, pattern]) => pattern.test(start))?.[0];
}

/** Whether a file's name ends as that of another format; names without a known ending say nothing. */
export function isMislabelled(path: string, format: ImageFormat): boolean {
  const named = namedFormat(path);
  return named !== undefined && named !== format;
}

/** The format that a file's name ends as; undefined when that says nothing. */
export function namedFormat(path: string): ImageFormat | undefined {
  const ending = /\.(?<ending>[a-z]+)$/iu.exec(path)?.groups?.ending?.toLowerCase() ?? '';
  return SIGNATURES.find(([, , endings]) => endings.includes(ending))?.[0];
}

const SIGNATURES: readonly (readonly [ImageFormat, RegExp, readonly string[]])[] = [
  ['jpeg', /^\xff\xd8\xff/u, ['jpg', 'jpeg']],
  ['png', /^\x89PNG\r\n\x1a\n/u, ['png']],
  ['webp', /^RIFF[^]{4}WEBP/u, ['webp']],
  ['gif', /^GIF8[79]a/u, ['gif']],
  ['bmp', /^BM/u, ['bmp']],
  ['tiff', /^(?:II\*\0|MM\0\*)/u, ['tif', 'tiff']],
  ['avif', /^[^]{4}ftypavi[fs]/u, ['avif']],
];
