import { mkdir, readFile, link, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import { DataError } from '../../core/errors.ts';
import { temporarySibling } from '../../storage/atomic-write.ts';
import { explainFileError } from '../../storage/file-errors.ts';
import type { BackboneSpec } from './backbone-spec.ts';

const pinSchema = z.object({ sha256: z.string(), file: z.string() });

/**
 * Holds a backbone whose YAML gives no SHA-256 to the first file that was used for it: the hash is kept in the project's state,
 * and another file of that name is refused.
 * @throws DataError naming both hashes and how to accept the new file.
 */
export async function pinHash(
  { name, path }: Pick<BackboneSpec, 'name' | 'path'>,
  file: { readonly path: string; readonly sha256: string },
  pinsFolder: string,
): Promise<void> {
  const pin = join(pinsFolder, `${name}.json`);
  const known = (await readPin(pin)) ?? (await writePin(pin, file));
  if (known.sha256 === file.sha256) return;
  throw new DataError(
    `${file.path} is another file than the one that backbone ${name} was first used with: SHA-256 ${known.sha256} is expected ` +
      `(${known.file}), received ${file.sha256}. Put the first file back; or, if you mean to change it, give ${path} another ` +
      `name or delete ${pin}.`,
    { details: { expected: known.sha256, received: file.sha256 } },
  );
}

type Pin = z.infer<typeof pinSchema>;

async function readPin(pin: string): Promise<Pin | undefined> {
  const text = await readFile(pin, 'utf8').catch(() => undefined);
  if (text === undefined) return undefined;
  try {
    return pinSchema.parse(JSON.parse(text));
  } catch (cause) {
    throw new DataError(`${pin} is damaged. Delete it; the file that is used next is then the one.`, { cause });
  }
}

/** Who comes first decides, also among processes: a link is made only where there is nothing. */
async function writePin(pin: string, { path: file, sha256 }: { path: string; sha256: string }): Promise<Pin> {
  const temporary = temporarySibling(pin);
  try {
    await mkdir(dirname(pin), { recursive: true });
    await writeFile(temporary, `${JSON.stringify({ sha256, file }, undefined, 2)}\n`);
    await link(temporary, pin);
    return { sha256, file };
  } catch (error) {
    const first = await readPin(pin);
    if (first !== undefined) return first;
    throw explainFileError(error, pin);
  } finally {
    await rm(temporary, { force: true });
  }
}
