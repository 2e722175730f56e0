import path from 'node:path';
import { DataError } from '../../core/errors.ts';
import { walkFolder, type WalkedFile } from '../walk-folder.ts';
import { CIFAR_KINDS, filesOf, type CifarKind } from './cifar-kind.ts';

/** Where a dataset's files lie, all in one folder. */
export type FoundCifar = { readonly kind: CifarKind; readonly folder: string; readonly files: readonly WalkedFile[] };

/** Finds the binary files of CIFAR-10 or CIFAR-100 below a folder. Throws DataError naming what is missing. */
export async function findCifar(root: string, signal: AbortSignal): Promise<FoundCifar> {
  const all = await walkFolder(root, signal);
  const found = CIFAR_KINDS.flatMap((kind) => {
    const mark = all.find((file) => path.posix.basename(file.path) === kind.train[0]);
    return mark === undefined ? [] : [{ kind, inside: path.posix.dirname(mark.path) }];
  })[0];
  if (found === undefined) {
    const isPickled = all.some((file) => /(?:^|\/)(?:data_batch_1|train|meta)$/u.test(file.path));
    throw new DataError(
      `There is no CIFAR dataset in ${root}: neither data_batch_1.bin nor train.bin was found. ` +
        (isPickled ? 'Its files are those for Python, which may run programs when they are read: ' : '') +
        'Take the binary version (cifar-10-binary.tar.gz or cifar-100-binary.tar.gz).',
    );
  }
  const { kind, inside } = found;
  const files = filesOf(kind).map((name) => all.find((file) => file.path === path.posix.join(inside, name)));
  const missing = filesOf(kind).filter((_, at) => files[at] === undefined);
  const folder = path.join(root, inside);
  if (missing.length > 0) throw new DataError(`${folder} lacks ${missing.join(', ')} of ${kind.name}.`);
  return { kind, folder, files: files.filter((file) => file !== undefined) };
}
