import path from 'node:path';
import { z } from 'zod';
import { DataError } from '../../core/errors.ts';
import type { AnnotatedObject } from '../boxes/annotated-image.ts';
import type { ProblemTally } from '../boxes/annotation-problems.ts';
import { cleanClassName } from '../boxes/class-name.ts';
import { readJsonElements, type JsonElement } from './json-elements.ts';

/** What one JSON file says: its images in their order, each with its objects. */
export type CocoImage = {
  readonly fileName: string;
  readonly width: number | undefined;
  readonly height: number | undefined;
  readonly objects: readonly AnnotatedObject[];
};

type Context = { readonly signal: AbortSignal; readonly problems: ProblemTally };

/**
 * Reads the `images`, `annotations` and `categories` of a file; undefined when it has no images, or annotations (captions) without categories. What masks and keypoints it holds is
 * passed over. Boxes of unknown categories and images are left out and told. Throws DataError for damaged JSON, entries that are
 * no images or categories, and ids that two images or two categories share.
 */
export async function readCocoFile(folder: string, name: string, context: Context): Promise<CocoImage[] | undefined> {
  const seen = {
    images: new Map<Id, ImageEntry>(),
    categories: new Map<Id, string>(),
    objects: new Map<Id, RawBox[]>(),
  };
  const found = new Set<string>();
  const elements = readJsonElements(path.join(folder, name), { name, wanted: WANTED, signal: context.signal });
  let boxes = 0;
  for await (const element of elements) {
    found.add(element.key);
    if (element.key === 'images') addImage(seen.images, element, name);
    else if (element.key === 'categories') addCategory(seen.categories, element, name);
    else {
      addBox(seen.objects, element, name, context.problems);
      if ((boxes += 1) > MOST_BOXES) throw tooMany(name);
    }
  }
  if (!found.has('images') || (found.has('annotations') && !found.has('categories'))) return undefined;
  return joinObjects(name, seen, context.problems);
}

const WANTED = ['images', 'annotations', 'categories'];
/** All boxes are in memory, a kilobyte each when the manifest is written: COCO's 860,000 are 900 MB, so many as these fit into Node's heap. */
const MOST_BOXES = 2_000_000;

/** Some programs write ids as texts. */
const id = z.union([z.number(), z.string()]).transform(String);
type Id = string;

const imageSchema = z.object({
  id,
  file_name: z.string().min(1),
  width: z.number().positive().optional().catch(undefined),
  height: z.number().positive().optional().catch(undefined),
});
type ImageEntry = z.infer<typeof imageSchema>;
const categorySchema = z.object({ id, name: z.string() });
const annotationSchema = z.object({
  image_id: id.optional().catch(undefined),
  category_id: id.optional().catch(undefined),
  bbox: z.array(z.unknown()).catch([]),
  iscrowd: z.unknown().optional(),
});

type RawBox = {
  readonly index: number;
  readonly category: Id | undefined;
  readonly edges: AnnotatedObject['edges'];
  readonly iscrowd: boolean;
};

function addImage(images: Map<Id, ImageEntry>, { index, value }: JsonElement, name: string): void {
  const image = imageSchema.safeParse(value).data;
  if (image === undefined) throw new DataError(`${name}: images[${index}] has no id or no file_name.`);
  const other = images.get(image.id);
  if (other !== undefined && other.file_name !== image.file_name) {
    throw new DataError(
      `${name}: ${other.file_name} and ${image.file_name} have the same id ${image.id}, so nobody knows whose boxes are whose. ` +
        'Give each image an id of its own.',
    );
  }
  images.set(image.id, image);
}

function addCategory(categories: Map<Id, string>, { index, value }: JsonElement, name: string): void {
  const category = categorySchema.safeParse(value).data;
  if (category === undefined) throw new DataError(`${name}: categories[${index}] has no id or no name.`);
  const className = cleanClassName(category.name);
  const other = categories.get(category.id);
  if (other !== undefined && other !== className) {
    throw new DataError(`${name}: the categories ${other} and ${className} have the same id ${category.id}.`);
  }
  categories.set(category.id, className);
}

function addBox(objects: Map<Id, RawBox[]>, { index, value }: JsonElement, name: string, problems: ProblemTally): void {
  const annotation = annotationSchema.safeParse(value).data;
  if (annotation?.image_id === undefined) {
    problems.add('unknown-image', `${name} (annotations[${index}])`);
    return;
  }
  const { image_id: image, category_id: category, bbox, iscrowd } = annotation;
  const [x, y, width, height] = bbox.length === 4 ? bbox.map(toNumber) : NOT_NUMBERS;
  const box: RawBox = {
    index,
    category,
    edges: [x!, y!, x! + width!, y! + height!],
    iscrowd: iscrowd === true || iscrowd === 1,
  };
  const others = objects.get(image);
  if (others === undefined) objects.set(image, [box]);
  else others.push(box);
}

const NOT_NUMBERS = Array<number>(4).fill(Number.NaN);

function toNumber(value: unknown): number {
  return typeof value === 'number' ? value : Number.NaN;
}

type Seen = {
  readonly images: ReadonlyMap<Id, ImageEntry>;
  readonly categories: ReadonlyMap<Id, string>;
  readonly objects: ReadonlyMap<Id, readonly RawBox[]>;
};

/** Only at the end: categories and images may stand behind the annotations. */
function joinObjects(name: string, { images, categories, objects }: Seen, problems: ProblemTally): CocoImage[] {
  for (const [image, boxes] of objects) {
    if (images.has(image)) continue;
    for (const { index } of boxes) problems.add('unknown-image', `${name} (annotations[${index}]: image ${image})`);
  }
  return [...images.values()].map(({ id: image, file_name: fileName, width, height }) => ({
    fileName,
    width,
    height,
    objects: (objects.get(image) ?? []).flatMap(({ index, category, edges, iscrowd }): AnnotatedObject[] => {
      const className = category === undefined ? undefined : categories.get(category);
      if (className !== undefined) return [{ class: className, edges, flags: iscrowd ? ['iscrowd'] : [] }];
      problems.add('unknown-category', `${name} (annotations[${index}]: category ${String(category)})`);
      return [];
    }),
  }));
}

function tooMany(name: string): DataError {
  return new DataError(
    `${name} has more than ${MOST_BOXES.toLocaleString('en-US')} annotations, more than are held in memory. Divide it.`,
  );
}
