import { link, rename } from 'node:fs/promises';

/** Gives a kept file another name: by a link it stays for others who want it too, until the dataset is extracted. */
export async function linkOrMove(kept: string, target: string): Promise<void> {
  await link(kept, target).catch(() => rename(kept, target));
}
