import { existsSync, statSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { UsageError } from '../core/errors.ts';

/** Where a project's things are; all paths absolute. */
export type Project = {
  /** The folder that holds `mlflow-ts.yaml` or `.mlflow-ts`; config files are looked up from the current folder, not here. */
  readonly root: string;
  /** The state folder: registry, artifacts. */
  readonly home: string;
  readonly registryPath: string;
  readonly artifactsDir: string;
  readonly dataDir: string;
  readonly modelsDir: string;
  /** `mlflow-ts.yaml` at the root, when there is one. */
  readonly configFile?: string;
  /** Why these folders: what `doctor` tells. */
  readonly foundBy: ProjectFoundBy;
};

/** What told where the project is. */
export type ProjectFoundBy = '--home' | 'MLFLOW_TS_HOME' | 'mlflow-ts.yaml' | '.mlflow-ts' | 'current folder';

const STATE_FOLDER = '.mlflow-ts';
const CONFIG_FILE = 'mlflow-ts.yaml';

/**
 * Finds the project as git finds a repository: the nearest parent of `cwd` with `mlflow-ts.yaml` or `.mlflow-ts`, else
 * `cwd` itself. State is then in `.mlflow-ts`, data in `data/`, models in `models/`. `--home` or `MLFLOW_TS_HOME` name
 * another state folder, and data and models move into it, so that two homes never write into each other's folders; a
 * folder called `.mlflow-ts` is some project's own and keeps that project's `data/` and `models/`.
 * Only looks; creates nothing.
 * @throws UsageError when the named home is a file.
 */
export function findProject(options: {
  readonly cwd: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly homeOption?: string | undefined;
}): Project {
  const named = namedHome(options);
  const marked = markedRoot(options.cwd);
  if (named !== undefined) return projectOfHome(named, marked?.root ?? options.cwd);
  if (marked !== undefined) return projectOfRoot(marked.root, marked.foundBy);
  return projectOfRoot(resolve(options.cwd), 'current folder');
}

type NamedHome = { readonly home: string; readonly foundBy: '--home' | 'MLFLOW_TS_HOME' };

function namedHome({ cwd, env, homeOption }: Parameters<typeof findProject>[0]): NamedHome | undefined {
  const fromEnvironment = env.MLFLOW_TS_HOME === '' ? undefined : env.MLFLOW_TS_HOME;
  const given = homeOption ?? fromEnvironment;
  if (given === undefined) return undefined;
  const foundBy = homeOption === undefined ? 'MLFLOW_TS_HOME' : '--home';
  const home = resolve(cwd, given);
  const found = statSync(home, { throwIfNoEntry: false });
  if (found?.isDirectory() === false) {
    throw new UsageError(`${foundBy} names ${home}, which is a file. Name a folder; it is created when missing.`);
  }
  return { home, foundBy };
}

function markedRoot(cwd: string): { root: string; foundBy: 'mlflow-ts.yaml' | '.mlflow-ts' } | undefined {
  for (let folder = resolve(cwd); ; folder = dirname(folder)) {
    if (existsSync(join(folder, CONFIG_FILE))) return { root: folder, foundBy: CONFIG_FILE };
    if (existsSync(join(folder, STATE_FOLDER))) return { root: folder, foundBy: STATE_FOLDER };
    if (dirname(folder) === folder) return undefined;
  }
}

function projectOfHome({ home, foundBy }: NamedHome, root: string): Project {
  if (basename(home) === STATE_FOLDER) return projectOfRoot(dirname(home), foundBy);
  return { ...projectPaths(root, home, home), foundBy };
}

function projectOfRoot(root: string, foundBy: ProjectFoundBy): Project {
  return { ...projectPaths(root, join(root, STATE_FOLDER), root), foundBy };
}

function projectPaths(root: string, home: string, outputs: string): Omit<Project, 'foundBy'> {
  const configFile = join(root, CONFIG_FILE);
  return {
    root,
    home,
    registryPath: join(home, 'registry.db'),
    artifactsDir: join(home, 'artifacts'),
    dataDir: join(outputs, 'data'),
    modelsDir: join(outputs, 'models'),
    ...(existsSync(configFile) ? { configFile } : {}),
  };
}
