import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { writeJsonAtomic } from '../storage/atomic-write.ts';
import type { CheckedBlocks } from '../training/engines/block-kernels.ts';
import type { AppServices } from './services.ts';

/** Where a project remembers which blocked convolutions passed their check. */
export function checkedBlocksPath({ project }: Pick<AppServices, 'project'>): string {
  return join(project.home, 'checked-blocks.json');
}

/** The outcomes in a JSON file, by installation. A file that cannot be read or written only costs the check again. */
export function checkedBlocksFile(path: string): CheckedBlocks {
  const readAll = async (): Promise<z.output<typeof outcomes>> => {
    try {
      return outcomes.parse(JSON.parse(await readFile(path, 'utf8')));
    } catch {
      return {};
    }
  };
  return {
    read: async (installation) => (await readAll())[installation],
    write: async (installation, block) => {
      const all = { ...(await readAll()), [installation]: block };
      await writeJsonAtomic(path, all).catch(() => undefined);
    },
  };
}

const outcomes = z.record(z.string(), z.int().positive());
