// Runs the compiled tests; arguments go to jest. A run of all of them that passes leaves a note of what exactly was tested, and with
// `--unless-passed` the same build, on the same Node, is not tested a second time: CI runs `npm test` and then `npm run check`.
// What tests leave in the folder for temporary files goes when they are done, also where one was cut short.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chmodSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../', import.meta.url));
const note = join(root, 'dist', '.tests-passed');
const args = process.argv.slice(2).filter((argument) => argument !== '--unless-passed');
const tested = fingerprint();

if (process.argv.includes('--unless-passed') && existsSync(note) && readFileSync(note, 'utf8') === tested) {
  console.log('All tests have passed on this very build already (npm run test:built runs them again).');
} else {
  const flags = ['--experimental-vm-modules', '--disable-warning=ExperimentalWarning'];
  const jest = createRequire(import.meta.url).resolve('jest/bin/jest');
  const room = mkdtempSync(join(tmpdir(), 'mlflow-ts-tests-'));
  // Some tests run commands as another user.
  chmodSync(room, 0o711);
  const env = { ...process.env, TMPDIR: room };
  const { status } = spawnSync(process.execPath, [...flags, jest, ...args], { cwd: root, stdio: 'inherit', env });
  rmSync(room, { recursive: true, force: true, maxRetries: 3 });
  if (status === 0 && args.length === 0 && fingerprint() === tested) writeFileSync(note, tested);
  process.exitCode = status ?? 1;
}

/** A hash of all that the tests execute and read of this repository, and of what executes them. */
function fingerprint() {
  const hash = createHash('sha256').update(`${process.version} ${process.platform} ${process.arch}`);
  const loose = ['package.json', 'package-lock.json', 'jest.config.js'];
  const folders = ['dist', 'configs', 'examples', 'templates', 'scripts'].flatMap(filesIn);
  for (const file of [...loose, ...folders].sort()) hash.update(`\n${file}\n`).update(readFileSync(join(root, file)));
  return hash.digest('hex');
}

function filesIn(folder) {
  const entries = readdirSync(join(root, folder), { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile() && !/^\.|\.(map|d\.ts)$/.test(entry.name));
  return files.map((entry) => join(entry.parentPath.slice(root.length), entry.name));
}
