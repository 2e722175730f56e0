import { isImagePath } from '../layout/image-path.ts';

/** An image that the Dog API lists. */
export type DogImage = {
  readonly url: string;
  /** The folder behind `breeds/`: a breed and, if it has one, its sub-breed, `hound-afghan`. */
  readonly label: string;
  /** Of the file. */
  readonly name: string;
};

/**
 * What an address `https://HOST/…/breeds/LABEL/NAME` tells of its image; undefined when it is none: of another form, or with
 * names that no file may have.
 */
export function readDogImage(url: string): DogImage | undefined {
  if (!URL.canParse(url)) return undefined;
  const { protocol, pathname } = new URL(url);
  if (protocol !== 'https:' && protocol !== 'http:') return undefined;
  const [, label, name] = (/\/breeds\/([^/]+)\/([^/]+)$/u.exec(pathname) ?? []).map(decode);
  if (label === undefined || name === undefined) return undefined;
  return SAFE.test(label) && SAFE.test(name) && isImagePath(name) ? { url, label, name } : undefined;
}

/** Where it lies in the dataset. */
export function pathOfDogImage({ label, name }: DogImage): string {
  return `${label}/${name}`;
}

/** No separators, not hidden, and short enough for every file system. */
const SAFE = /^[^.\\/:\p{Cc}][^\\/:\p{Cc}]{0,199}$/u;

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
