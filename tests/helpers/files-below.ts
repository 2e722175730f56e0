import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** All files in a folder and its folders, with their bytes. */
export function filesBelow(folder: string): { readonly path: string; readonly bytes: Buffer }[] {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  return files.map((file) => {
    const path = join(file.parentPath, file.name);
    return { path, bytes: readFileSync(path) };
  });
}
