import { expect, test } from '@jest/globals';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { SHIPPED, TINY } from './run-cli.ts';

const PUBLIC_API = fileURLToPath(new URL('../../src/index.js', import.meta.url));

/** The packages that a command loads, by import or require, how many files, and which of them are the project's own. */
function packagesLoadedBy(
  args: readonly string[],
  script = SHIPPED,
): { packages: string[]; files: number; own: string[] } {
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
    const { status, stderr } = spawnSync(process.execPath, [...imported, script, ...args], {
      cwd: folder,
      encoding: 'utf8',
    });
    if (status !== 0) throw new Error(stderr);
    const urls = readFileSync(record, 'utf8')
      .split('\n')
      .filter((url) => !url.startsWith('node:'));
    const packages = urls.flatMap(
      (url) => /.*node_modules\/(?<name>(?:@[^/]+\/)?[^/]+)\//.exec(url)?.groups?.name ?? [],
    );
    const own = urls.filter((url) => url.startsWith('file:') && !url.includes('/node_modules/'));
    return { packages: [...new Set(packages)].sort(), files: urls.length, own };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

test('--help loads commander and no other package: not zod, kysely, ora, tfjs or onnxruntime', () => {
  const { packages, files } = packagesLoadedBy(['--help']);
  expect(packages).toEqual(['commander']);
  expect(files).toBeLessThan(40);
});

test('the way it is watched sees packages that are loaded', () => {
  expect(packagesLoadedBy(['flows', 'show', 'collect']).packages).toEqual(expect.arrayContaining(['chalk', 'zod']));
});

test('overhead: a run loads only what a run needs, and Kysely in its quicker form', () => {
  const { packages, files } = packagesLoadedBy(['run', 'idle'], TINY);
  for (const unneeded of ['yaml', 'ora', 'cli-table3', 'sharp', 'jiti']) expect(packages).not.toContain(unneeded);
  // Its files are read past Node's loader, which is what is watched here.
  expect(packages).not.toContain('kysely');
  expect(files).toBeLessThan(350);
});

test('the public API, which every flow file loads, loads no body of a large task and nothing that only bodies use', () => {
  const { own } = packagesLoadedBy([], PUBLIC_API);
  const unneeded = own.filter((url) =>
    /\/src\/(?:models|app\/tasks\/bodies|training\/search|registry\/studies)/.test(url),
  );
  expect(unneeded).toEqual([]);
  expect(own).toContain(pathToFileURL(PUBLIC_API).href);
  expect(own.length).toBeLessThan(90);
});
