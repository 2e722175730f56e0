import { z } from 'zod';
import { DataError } from '../../core/errors.ts';
import type { AnnotatedImage, AnnotatedObject } from '../boxes/annotated-image.ts';
import type { BoxFlag } from '../boxes/box.ts';

import { cleanClassName } from '../boxes/class-name.ts';
import { checkXml } from './check-xml.ts';

/** Reads one annotation of Pascal VOC. Throws DataError saying what is wrong with it. */
export type ParseVocXml = (bytes: Uint8Array) => Pick<AnnotatedImage, 'size' | 'objects'>;

/**
 * Loads the parser. Document types, and with them entities of one's own, are refused before anything is parsed; so are files of more
 * than 4 MiB (some twenty thousand boxes).
 */
export async function loadVocParser(): Promise<ParseVocXml> {
  const { XMLParser } = await import('fast-xml-parser');
  const parser = new XMLParser({
    parseTagValue: false,
    isArray: (name: string) => name === 'object',
  });
  return (bytes) => {
    const text = decodeText(bytes);
    if (/<!(?:DOCTYPE|ENTITY)/iu.test(text)) throw new DataError('it declares a document type, which is refused');
    checkXml(text);
    const { annotation } = parseDocument((): unknown => parser.parse(text));
    return { ...sizeOf(annotation), objects: (annotation.object ?? []).flatMap(toObject) };
  };
}

const MOST_BYTES = 4 * 2 ** 20;

/** As the first bytes or the declaration say. */
function decodeText(bytes: Uint8Array): string {
  if (bytes.length > MOST_BYTES) throw new DataError(`it has ${bytes.length} bytes; at most ${MOST_BYTES} are read`);
  const start = Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.length, 200)).toString('latin1');
  const declared = /^(?:\xef\xbb\xbf)?\s*<\?xml[^>]*\bencoding=["'](?<label>[^"']+)["']/iu.exec(start)?.groups?.label;
  const label = start.startsWith('\xff\xfe') ? 'utf-16le' : start.startsWith('\xfe\xff') ? 'utf-16be' : declared;
  try {
    return new TextDecoder(label ?? 'utf-8', { fatal: true }).decode(bytes);
  } catch (cause) {
    throw new DataError(`it is not text in ${label ?? 'UTF-8'}`, { cause });
  }
}

function parseDocument(parse: () => unknown): z.infer<typeof documentSchema> {
  try {
    return documentSchema.parse(parse());
  } catch (cause) {
    throw new DataError('it is XML, but no annotation of Pascal VOC', { cause });
  }
}

const element = <Inner extends z.ZodType>(inner: Inner) => z.preprocess(contentOf, inner.optional());
const text = element(z.union([z.string(), z.object({ '#text': z.string() }).transform((found) => found['#text'])]));
const corners = z.object({ xmin: text, ymin: text, xmax: text, ymax: text });
const objectSchema = z.object({ name: text, bndbox: element(corners), difficult: text, truncated: text });
const annotationSchema = z.object({
  size: element(z.object({ width: text, height: text })),
  object: z.array(z.union([z.literal(''), objectSchema])).optional(),
});
const documentSchema = z.object({
  annotation: z.preprocess((value) => (value === '' ? {} : value), annotationSchema),
});
/** An element without content is an empty text; of several of one name the first counts. */
function contentOf(value: unknown): unknown {
  const [first] = Array.isArray(value) ? (value as readonly unknown[]) : [value];
  return first === '' ? undefined : first;
}

type VocAnnotation = z.infer<typeof documentSchema>['annotation'];
type VocObject = NonNullable<VocAnnotation['object']>[number];

/** Many programs write 0 where they do not know. */
function sizeOf({ size }: VocAnnotation): Pick<AnnotatedImage, 'size'> {
  const [width, height] = [Number(size?.width), Number(size?.height)];
  return width > 0 && height > 0 ? { size: { width, height } } : {};
}

function toObject(object: VocObject): AnnotatedObject[] {
  if (object === '') return [];
  const { name = '', bndbox, difficult, truncated } = object;
  const [xmin, ymin, xmax, ymax] = [bndbox?.xmin, bndbox?.ymin, bndbox?.xmax, bndbox?.ymax].map(toNumber) as Corners;
  const flags: readonly (readonly [BoxFlag, string | undefined])[] = [
    ['difficult', difficult],
    ['truncated', truncated],
  ];
  return [
    {
      class: cleanClassName(name),
      edges:
        hasExtent(xmin, xmax) && hasExtent(ymin, ymax) ? [xmin - 1, ymin - 1, xmax, ymax] : [xmin, ymin, xmax, ymax],
      flags: flags.filter(([, value]) => Number(value) > 0).map(([flag]) => flag),
    },
  ];
}

type Corners = [xmin: number, ymin: number, xmax: number, ymax: number];

function toNumber(value: string | undefined): number {
  return value === undefined || value.trim() === '' ? Number.NaN : Number(value);
}

/**
 * VOC counts pixels from 1 and means the last one too. By the letter, equal corners mean one pixel; nobody draws such a box, and programs leave them where a click went wrong: torchvision
 * refuses them, Ultralytics leaves them out.
 */
function hasExtent(least: number, most: number): boolean {
  return most > least;
}
