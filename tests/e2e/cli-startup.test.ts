import { expect, test } from '@jest/globals';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SHIPPED } from './run-cli.ts';

/** The packages that a command loads, by import or require. */
function packagesLoadedBy(...args: string[]): { packages: string[]; files: number } {
  const folder = mkdtempSync(join(tmpdir(), 'cli-startup-'));
  const record = join(folder, 'loaded');
  try {
    writeFileSync(
      join(folder, 'loader.mjs'),
      `import { appendFileSync } from 'node:fs';
      export async function load(url, context, next) {
        appendFileSync(${JSON.stringify(record)}, url + '\\n');
        return next(url, context);
      }`,
    );
    writeFileSync(
      join(folder, 'hook.mjs'),
      `import { createRequire, register } from 'node:module';
      import { appendFileSync } from 'node:fs';
      register('./loader.mjs', import.meta.url);
      const { cache } = createRequire(import.meta.url);
      process.on('exit', () => appendFileSync(${JSON.stringify(record)}, Object.keys(cache).join('\\n')));`,
    );
    const imported = ['--import', join(folder, 'hook.mjs')];
    const { status, stderr } = spawnSync(process.execPath, [...imported, SHIPPED, ...args], { encoding: 'utf8' });
    if (status !== 0) throw new Error(stderr);
    const urls = readFileSync(record, 'utf8')
      .split('\n')
      .filter((url) => !url.startsWith('node:'));
    const packages = urls.flatMap(
      (url) => /.*node_modules\/(?<name>(?:@[^/]+\/)?[^/]+)\//.exec(url)?.groups?.name ?? [],
    );
    return { packages: [...new Set(packages)].sort(), files: urls.length };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

test('--help loads commander and no other package: not zod, kysely, ora, tfjs or onnxruntime', () => {
  const { packages, files } = packagesLoadedBy('--help');
  expect(packages).toEqual(['commander']);
  expect(files).toBeLessThan(40);
});

test('the way it is watched sees packages that are loaded', () => {
  expect(packagesLoadedBy('flows', 'show', 'collect').packages).toEqual(expect.arrayContaining(['chalk', 'zod']));
});
