import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { compileFunction } from 'node:vm';

type Execute = (exports: unknown, require: (wanted: string) => unknown, module: { exports: unknown }) => void;

/**
 * Loads files of a CommonJS package that is many small files: read and compiled straight from its folder. What Node does for each
 * beside that (five places to look in, the real path of every folder above) takes as long as the rest. Files are loaded once.
 * @param main The package's main file; others are named from its folder.
 * @returns A function from a file's path below that folder to its exports.
 */
export function loadParts(main: string): (file: string) => unknown {
  const require = createRequire(main);
  const loaded = new Map<string, { exports: unknown }>();
  const load = (file: string): unknown => {
    const known = loaded.get(file);
    if (known !== undefined) return known.exports;
    const module = { exports: {} as unknown };
    loaded.set(file, module);
    const source = readFileSync(file, 'utf8');
    const execute = compileFunction(source, ['exports', 'require', 'module'], { filename: file }) as Execute;
    const requirePart = (wanted: string): unknown =>
      wanted.startsWith('.') ? load(path.resolve(path.dirname(file), wanted)) : (require(wanted) as unknown);
    execute(module.exports, requirePart, module);
    return module.exports;
  };
  return (file) => load(path.join(path.dirname(main), file));
}
