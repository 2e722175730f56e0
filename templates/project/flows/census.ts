import { readdir, stat } from 'node:fs/promises';
import { extname, join, resolve } from 'node:path';
import { flow, logMetrics, logParam, task } from 'mlflow-ts';
import { z } from 'zod';

type Measured = { readonly ending: string; readonly bytes: number };

/** A task is one recorded step. Its input and result are plain JSON: pass paths, not open files. */
export const listFiles = task({ name: 'list-files' }, async ({ folder }: { folder: string }, { log }) => {
  const entries = await readdir(folder, { withFileTypes: true });
  const paths = entries.filter((entry) => entry.isFile()).map((entry) => join(folder, entry.name));
  log.info('Listed files', { folder, files: paths.length });
  return paths.toSorted();
});

/** It is tried again, twice, when it fails. */
export const measureFile = task(
  { name: 'measure-file', retries: { limit: 2, delay: 500 } },
  async ({ path }: { path: string }): Promise<Measured> => ({
    ending: extname(path) === '' ? 'none' : extname(path).slice(1),
    bytes: (await stat(path)).size,
  }),
);

/** folder ──▶ list files ──▶ measure each ──▶ totals by ending */
export const census = flow(
  {
    name: 'census',
    description: 'Counts the files of a folder by their ending',
    parameters: z.strictObject({
      folder: z.string().default('.').describe('Folder whose files are counted'),
      concurrency: z.int().min(1).default(4).describe('Files that are measured at once'),
    }),
  },
  async ({ folder, concurrency }, { services, artifacts }) => {
    logParam('folder', folder);
    const paths = await listFiles({ folder: resolve(services.cwd, folder) });
    const files = await measureFile.map(
      paths.map((path) => ({ path })),
      { concurrency },
    );
    const totals = totalsByEnding(files);
    logMetrics({ files: files.length, bytes: files.reduce((sum, { bytes }) => sum + bytes, 0) });
    await artifacts.table('totals', totals);
    return totals;
  },
);

function totalsByEnding(files: readonly Measured[]): { ending: string; files: number; bytes: number }[] {
  const endings = [...new Set(files.map(({ ending }) => ending))].sort();
  return endings.map((ending) => {
    const same = files.filter((file) => file.ending === ending);
    return { ending, files: same.length, bytes: same.reduce((sum, { bytes }) => sum + bytes, 0) };
  });
}
