import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';

/** What a flow file finds under `mlflow-ts`: the public API of this installation. */
export type LoadPublicApi = () => Promise<object>;

export type ImportOptions = {
  readonly loadPublicApi: LoadPublicApi;
  /** Where compiled TypeScript is kept for the next time; absent: nowhere. */
  readonly cacheFolder?: string | undefined;
};

type Exports = Readonly<Record<string, unknown>>;

/**
 * Imports a file that lies anywhere. TypeScript goes through jiti, and sees this installation's API and, where none is
 * installed beside it, its zod. JavaScript is imported as it is when it finds both by itself, else through jiti too.
 * @throws what the file throws, and what its compiler or Node says of it.
 */
export async function importFlowFile(path: string, options: ImportOptions): Promise<Exports> {
  const url = pathToFileURL(path).href;
  const require = createRequire(url);
  if (!isPlainScript(path) || !finds(require, 'mlflow-ts') || !finds(require, 'zod'))
    return importByJiti(path, options);
  try {
    return (await import(url)) as Exports;
  } catch (error) {
    // Node does not tell where in a module the syntax is wrong; nothing of it was executed, so jiti may say.
    if (isSyntaxErrorWithoutPlace(error, path)) return importByJiti(path, options);
    throw error;
  }
}

async function importByJiti(path: string, { loadPublicApi, cacheFolder }: ImportOptions): Promise<Exports> {
  const { createJiti } = await import('jiti');
  const url = pathToFileURL(path).href;
  const jiti = createJiti(url, {
    fsCache: cacheFolder ?? false,
    jsx: path.endsWith('x'),
    virtualModules: await virtualModules(createRequire(url), loadPublicApi),
  });
  return jiti.import<Exports>(path);
}

async function virtualModules(require: NodeJS.Require, loadPublicApi: LoadPublicApi): Promise<Record<string, object>> {
  const api = { 'mlflow-ts': await loadPublicApi() };
  if (finds(require, 'zod')) return api;
  const zod = await import('zod');
  return { ...api, zod, 'zod/v4': zod };
}

function isPlainScript(path: string): boolean {
  return /\.[cm]?js$/.test(path);
}

function finds(require: NodeJS.Require, name: string): boolean {
  try {
    require.resolve(name);
    return true;
  } catch {
    return false;
  }
}

function isSyntaxErrorWithoutPlace(error: unknown, path: string): boolean {
  return error instanceof SyntaxError && error.stack?.includes(path) !== true;
}
