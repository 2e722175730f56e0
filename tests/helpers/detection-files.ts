import { makePng } from './dataset-files.ts';

/** An object as the formats write it: its class, and its corners as VOC counts them or COCO's x, y, width, height. */
export type Drawn = readonly [name: string, first: number, second: number, third: number, fourth: number];

/** Side of the generated pictures. */
export const SIDE = 40;

/** An annotation of Pascal VOC; `inside` goes into every object. */
export function vocXml(objects: readonly Drawn[], { side = SIDE, inside = '' } = {}): string {
  const drawn = objects.map(
    ([name, xmin, ymin, xmax, ymax]) =>
      `<object><name>${name}</name>${inside}<bndbox><xmin>${xmin}</xmin><ymin>${ymin}</ymin><xmax>${xmax}</xmax><ymax>${ymax}</ymax></bndbox></object>`,
  );
  return `<annotation><filename>x.png</filename><size><width>${side}</width><height>${side}</height><depth>3</depth></size>${drawn.join('')}</annotation>`;
}

/** A dataset in VOC's layout below `root`: images by name, each with its objects; null: without an annotation. */
export async function vocFiles(
  images: Readonly<Record<string, readonly Drawn[] | null>>,
  { root = 'VOCdevkit/VOC2012', lists = {} }: { root?: string; lists?: Readonly<Record<string, string>> } = {},
): Promise<Record<string, Buffer | string>> {
  const files: Record<string, Buffer | string> = {};
  for (const [at, [name, objects]] of Object.entries(images).entries()) {
    files[`${root}/JPEGImages/${name}.png`] = await makePng(at + 1, SIDE);
    if (objects !== null) files[`${root}/Annotations/${name}.xml`] = vocXml(objects);
  }
  for (const [list, text] of Object.entries(lists)) files[`${root}/ImageSets/Main/${list}.txt`] = text;
  return files;
}

type CocoExtras = {
  readonly images?: readonly object[];
  readonly annotations?: readonly object[];
  readonly side?: number;
};

/** COCO's JSON: images by file name, each with its objects. Classes get the ids 10, 20, … in the order of their names. */
export function cocoJson(
  images: Readonly<Record<string, readonly Drawn[]>>,
  { images: moreImages = [], annotations: more = [], side = SIDE }: CocoExtras = {},
): string {
  const names = [...new Set(Object.values(images).flatMap((objects) => objects.map(([name]) => name)))].sort();
  const annotations = Object.values(images).flatMap((objects, image) =>
    objects.map(([name, ...bbox]) => ({
      image_id: image + 1,
      category_id: (names.indexOf(name) + 1) * 10,
      bbox,
      segmentation: [[1, 2, 3, 4]],
      iscrowd: 0,
    })),
  );
  return JSON.stringify({
    info: { description: 'a ] and a } in a text, and a \\" too' },
    images: [
      ...Object.keys(images).map((fileName, at) => ({ id: at + 1, file_name: fileName, width: side, height: side })),
      ...moreImages,
    ],
    annotations: [...annotations, ...more].map((annotation, at) => ({ id: at + 1, ...annotation })),
    categories: names.map((name, at) => ({ id: (at + 1) * 10, name, supercategory: 'things' })),
  });
}
