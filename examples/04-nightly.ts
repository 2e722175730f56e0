/**
 * A flow for every night: a subflow, cached work, an artifact to read in the morning, and a night on which nothing is new.
 *
 *   mlflow-ts run examples/04-nightly.ts:nightly -p folder=docs
 *   mlflow-ts run examples/04-nightly.ts:nightly -p folder=docs     files that did not change are taken from the cache
 *   mlflow-ts run examples/04-nightly.ts:nightly -p folder=docs -p newerThan=2100-01-01      skipped
 */
import { readdir, readFile, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { byInputs, flow, skip, task } from 'mlflow-ts';
import { z } from 'zod';

type Listed = { readonly path: string; readonly changedAt: string };

const listTexts = task({ name: 'list-texts' }, async ({ folder }: { folder: string }): Promise<Listed[]> => {
  const names = (await readdir(folder)).filter((name) => name.endsWith('.md')).toSorted();
  const paths = names.map((name) => join(folder, name));
  return Promise.all(paths.map(async (path) => ({ path, changedAt: (await stat(path)).mtime.toISOString() })));
});

/** The same file, unchanged, gives the same key: its result is taken from the cache, also on another night. */
const countWords = task(
  { name: 'count-words', cache: byInputs.expiresAfter(30 * 24 * 3_600_000) },
  async ({ path }: Listed) => {
    const text = await readFile(path, 'utf8');
    return { path, words: text.split(/\s+/).filter((word) => word !== '').length };
  },
);

/** A flow that others call; on its own: mlflow-ts run examples/04-nightly.ts:count -p folder=docs */
export const count = flow(
  { name: 'count', description: 'Counts the words of texts', parameters: z.strictObject({ folder: z.string() }) },
  async ({ folder }, { services }) => {
    const texts = await listTexts({ folder: resolve(services.cwd, folder) });
    const counted = await countWords.map(texts);
    return {
      counted,
      newest:
        texts
          .map(({ changedAt }) => changedAt)
          .sort()
          .at(-1) ?? '',
    };
  },
);

/** folder ──▶ count (subflow) ──▶ report, unless nothing is new */
export const nightly = flow(
  {
    name: 'nightly',
    description: 'Counts the words of a folder of texts, when one of them is new',
    parameters: z.strictObject({
      folder: z.string().describe('Folder with Markdown files'),
      newerThan: z.string().default('').describe('Skip when no file is newer, e.g. 2026-01-31'),
    }),
    hooks: { onFailure: ({ flowRunId }) => console.error(`Look at it: mlflow-ts runs show ${flowRunId}`) },
  },
  async ({ folder, newerThan }, { artifacts, log }) => {
    const { counted, newest } = await count({ folder });
    if (newest <= newerThan) return skip(`nothing in ${folder} is newer than ${newerThan}`);
    const words = counted.reduce((sum, file) => sum + file.words, 0);
    await artifacts.table('files', counted);
    await artifacts.markdown(
      'report',
      `# ${folder}\n\n${counted.length} files, ${words} words, the newest of ${newest}.`,
    );
    log.info('Counted', { files: counted.length, words });
    return { files: counted.length, words };
  },
);
