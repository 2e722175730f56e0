import { access, readdir, readFile } from 'node:fs/promises';
import { dirname, isAbsolute, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { didYouMean } from '../../core/closest-name.ts';
import { NotFoundError } from '../../core/errors.ts';
import { parseBackboneSpec, type BackboneSpec } from './backbone-spec.ts';

/** Where backbones and their files are looked for; absolute paths. */
export type BackbonePlaces = {
  /** Paths that a person gave are meant from here. */
  readonly cwd: string;
  readonly projectRoot: string;
  /** Downloaded files are kept here; files put here by hand are found. */
  readonly filesFolder: string;
  /** One more folder with files: the variable MLFLOW_TS_BACKBONE_FOLDER. */
  readonly extraFolder?: string;
};

/**
 * The description of a backbone: `path/to/own.yaml`, or the name of one in the `configs/backbones` of the project or of this
 * package.
 * @throws NotFoundError naming what there is; ParameterError when the YAML does not fit.
 */
export async function findBackbone(wanted: string, places: BackbonePlaces): Promise<BackboneSpec> {
  if (isPath(wanted)) {
    const path = resolve(places.cwd, wanted);
    if (await isThere(path)) return read(path);
    throw new NotFoundError(`There is no backbone at ${path}. Check the path, or name a known one.`);
  }
  const folders = [join(places.projectRoot, 'configs', 'backbones'), BUILT_IN];
  for (const folder of folders) {
    const path = join(folder, `${wanted}.yaml`);
    if (await isThere(path)) return read(path);
  }
  const names = (await Promise.all(folders.map((folder) => readdir(folder).catch(() => [])))).flat();
  const known = [...new Set(names.filter((name) => name.endsWith('.yaml')).map((name) => name.slice(0, -5)))];
  throw new NotFoundError(
    `There is no backbone ${wanted}. ${didYouMean(wanted, known)} Another one is named by the path of its YAML.`,
  );
}

const BUILT_IN = fileURLToPath(new URL('../../../../configs/backbones/', import.meta.url));

/**
 * The file a backbone names: an absolute path, or one beside its YAML, in the project, or in the folders for such files.
 * @throws NotFoundError that lists where it was looked for.
 */
export async function locateBackboneFile(
  { name, path }: Pick<BackboneSpec, 'name' | 'path'>,
  file: string,
  { projectRoot, filesFolder, extraFolder }: BackbonePlaces,
): Promise<string> {
  const folders = [dirname(path), projectRoot, filesFolder, ...(extraFolder === undefined ? [] : [extraFolder])];
  const candidates = isAbsolute(file) ? [file] : folders.map((folder) => join(folder, file));
  for (const candidate of candidates) if (await isThere(candidate)) return candidate;
  throw new NotFoundError(
    `The file ${file} of backbone ${name} is not there. Looked for:\n${candidates.map((each) => `  ${each}`).join('\n')}\n` +
      `Put it there, or name its folder in MLFLOW_TS_BACKBONE_FOLDER; ${path} says where it comes from.`,
    { details: { file, candidates } },
  );
}

function isPath(wanted: string): boolean {
  return /[/\\]|\.ya?ml$/i.test(wanted);
}

async function read(path: string): Promise<BackboneSpec> {
  return parseBackboneSpec(await readFile(path, 'utf8'), path);
}

async function isThere(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
