import { existsSync, statSync } from 'node:fs';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { basename, dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ConflictError, UsageError } from '../core/errors.ts';
import { explainFileError } from '../storage/file-errors.ts';

/** A project that was scaffolded; paths from its folder. */
export type ScaffoldedProject = {
  readonly folder: string;
  readonly written: readonly string[];
  /** Files that were there before and stayed as they were. */
  readonly kept: readonly string[];
};

/**
 * Writes a new project into a folder: a flow, its configuration and test, and what npm, editors and git need.
 * @param options.keep Leave files that are there as they are, and write the others.
 * @throws ConflictError listing the files in the way, with nothing written; UsageError when the folder is a file.
 */
export async function initProject(options: {
  readonly folder: string;
  readonly version: string;
  readonly keep: boolean;
}): Promise<ScaffoldedProject> {
  const { folder, version, keep } = options;
  if (statSync(folder, { throwIfNoEntry: false })?.isFile() === true) {
    throw new UsageError(`${folder} is a file. Name a folder; it is created when missing.`);
  }
  const files = await templateFiles();
  const inTheWay = files.map(({ path }) => path).filter((path) => existsSync(join(folder, path)));
  if (inTheWay.length > 0 && !keep) {
    throw new ConflictError(
      `${folder} has files that a new project would overwrite: ${inTheWay.join(', ')}.\n` +
        'Nothing was written. Name another folder, or keep those files and write the others: --keep',
      { details: { files: inTheWay } },
    );
  }
  const values = { name: packageName(folder), version };
  const wanted = files.filter(({ path }) => !inTheWay.includes(path));
  for (const { path, template } of wanted) await writeFrom(template, join(folder, path), values);
  return { folder, written: wanted.map(({ path }) => path), kept: inTheWay };
}

type TemplateFile = { readonly path: string; readonly template: string };

const TEMPLATES = fileURLToPath(new URL('../../../templates/project/', import.meta.url));

/** `.template` ends the names of what would mean something to npm, tsc or git where the templates are. */
async function templateFiles(): Promise<TemplateFile[]> {
  const entries = await readdir(TEMPLATES, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  return files.toSorted().map((template) => {
    const path = relative(TEMPLATES, template).replace(/\.template$/, '');
    return { template, path: path === 'gitignore' ? '.gitignore' : path };
  });
}

async function writeFrom(
  template: string,
  target: string,
  values: Readonly<Record<'name' | 'version', string>>,
): Promise<void> {
  const text = await readFile(template, 'utf8');
  try {
    await mkdir(dirname(target), { recursive: true });
    const filled = text.replaceAll('{{name}}', values.name).replaceAll('{{version}}', values.version);
    await writeFile(target, filled, { flag: 'wx' });
  } catch (error) {
    throw explainFileError(error, target);
  }
}

/** What npm takes as a name: lower case, without spaces. */
function packageName(folder: string): string {
  const name = basename(resolve(folder))
    .toLowerCase()
    .replaceAll(/[^a-z0-9._-]+/g, '-')
    .replace(/^[._-]+|-+$/g, '');
  return name === '' ? 'flows' : name;
}
