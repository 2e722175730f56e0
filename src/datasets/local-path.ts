import { readdir, stat } from 'node:fs/promises';
import { homedir } from 'node:os';
import path from 'node:path';
import type { Stats } from 'node:fs';
import { closestName } from '../core/closest-name.ts';
import { NotFoundError, ParameterError } from '../core/errors.ts';

/** The absolute path that an address means: `~` is the home folder, relative paths start at `cwd`. */
export function resolveLocalPath(given: string, cwd: string, scheme: string): string {
  if (given.trim() === '') {
    throw new ParameterError(
      `The source "${scheme}:" needs a path, for example ${scheme}:${EXAMPLES[scheme] ?? 'path'}`,
    );
  }
  if (given === '~') return homedir();
  return given.startsWith('~/') ? path.join(homedir(), given.slice(2)) : path.resolve(cwd, given);
}

/** The file status; throws NotFoundError when there is nothing, naming the address it was given for. */
export async function statLocal(file: string, address: string): Promise<Stats> {
  try {
    return await stat(file);
  } catch (cause) {
    const hint = (await closestSibling(file)) ?? 'Check the path.';
    throw new NotFoundError(`There is nothing at ${file} (source ${address}). ${hint}`, { cause });
  }
}

async function closestSibling(file: string): Promise<string | undefined> {
  const folder = path.dirname(file);
  const closest = closestName(path.basename(file), await readdir(folder).catch(() => []));
  return closest === undefined ? undefined : `Did you mean ${path.join(folder, closest)}?`;
}

/** A short name for a dataset from the name of its file or folder: lower case letters, digits, `-` and `_`. */
export function datasetNameOf(file: string): string {
  const name = path
    .basename(file)
    .toLowerCase()
    .replaceAll(/[^a-z0-9_]+/gu, '-')
    .replaceAll(/^-+|-+$/gu, '');
  return name === '' ? 'dataset' : name;
}

const EXAMPLES: Readonly<Record<string, string>> = {
  folder: 'photos',
  archive: 'photos.zip',
  idx: 'data/mnist',
  cifar: 'cifar-10-binary.tar.gz',
  voc: 'VOCdevkit/VOC2012',
  coco: 'coco2017',
};
