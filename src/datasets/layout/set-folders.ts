/** The part of a source that a sample belongs to by the source's own division. */
export type SourceSet = 'train' | 'validation' | 'test';

/** An image's path and what of it remains within its set: `<class>/<image>`, or `<image>` in a flat folder. */
export type ImageInSet = { readonly path: string; readonly inside: string };
export type ImageSet = { readonly set: SourceSet | undefined; readonly images: readonly ImageInSet[] };

/**
 * Divides images by the source's train, validation and test folders; without such folders there is one set without a
 * name. `strays` are images outside these folders where there are some.
 */
export function findSets(paths: readonly string[]): { sets: ImageSet[]; strays: string[] } {
  const images = stripWrappers(paths.map((path) => ({ path, inside: path })));
  const folders = groupByFolder(images);
  const roles = new Map([...folders.keys()].map((name) => [name, roleOf(name)]));
  const named = new Set([...roles.values()].filter((role) => role !== undefined));
  if (!named.has('train') || named.size < 2) return { sets: [{ set: undefined, images }], strays: [] };
  const sets: ImageSet[] = [];
  const strays: string[] = [];
  for (const [name, inFolder] of folders) {
    const set = roles.get(name);
    if (set === undefined) strays.push(...inFolder.map(({ path }) => path));
    else sets.push({ set, images: stripInSet(inFolder.map(withoutFirstSegment)) });
  }
  return { sets, strays };
}

const ROLES: readonly (readonly [RegExp, SourceSet])[] = [
  [/(?:^|[_\-. ])(?:train|training)$/iu, 'train'],
  [/(?:^|[_\-. ])(?:val|valid|validation|dev)$/iu, 'validation'],
  [/(?:^|[_\-. ])(?:test|testing)$/iu, 'test'],
];

/** The set that a folder's name means, for example `train` of `asl_alphabet_train`. */
export function roleOf(folder: string): SourceSet | undefined {
  return ROLES.find(([pattern]) => pattern.test(folder))?.[1];
}

function groupByFolder(images: readonly ImageInSet[]): Map<string, ImageInSet[]> {
  const folders = new Map<string, ImageInSet[]>();
  for (const image of images) {
    const name = isInFolder(image) ? firstSegment(image.inside) : '';
    const inFolder = folders.get(name);
    if (inFolder === undefined) folders.set(name, [image]);
    else inFolder.push(image);
  }
  return folders;
}

/** Looks through folders that hold everything, as long as the images below still lie in folders of their own. */
function stripWrappers(images: readonly ImageInSet[]): readonly ImageInSet[] {
  const [first] = images;
  if (first?.inside.includes('/') !== true) return images;
  const wrapper = `${firstSegment(first.inside)}/`;
  const inner = images.map(withoutFirstSegment);
  const isWrapper = images.every(({ inside }) => inside.startsWith(wrapper)) && inner.some(isInFolder);
  return isWrapper ? stripWrappers(inner) : images;
}

/** In a set, a second folder of a set's name (`test/test/…`) holds no class either, even when its images lie flat. */
function stripInSet(images: readonly ImageInSet[]): readonly ImageInSet[] {
  const inner = stripWrappers(images);
  const isSetAgain = inner.every((image) => isInFolder(image) && roleOf(firstSegment(image.inside)) !== undefined);
  return isSetAgain ? inner.map(withoutFirstSegment) : inner;
}

function isInFolder({ inside }: ImageInSet): boolean {
  return inside.includes('/');
}

function firstSegment(path: string): string {
  return path.slice(0, path.indexOf('/'));
}

function withoutFirstSegment({ path, inside }: ImageInSet): ImageInSet {
  return { path, inside: inside.slice(inside.indexOf('/') + 1) };
}
