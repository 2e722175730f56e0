import { expect, test } from '@jest/globals';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const child = fileURLToPath(new URL('./write-limit-child.js', import.meta.url));

/** RLIMIT_FSIZE stands in for a full disk: the write itself is refused half way. */
test('a write that the machine cuts short leaves no file, no temporary file, and an error that says what to do', () => {
  const folder = mkdtempSync(join(tmpdir(), 'mlflow-ts-full-'));
  writeFileSync(join(folder, 'input.bin'), Buffer.alloc(1024 * 1024, 9));
  const ran = spawnSync('bash', ['-c', 'ulimit -f 100; exec "$0" "$@"', process.execPath, child, folder], {
    encoding: 'utf8',
  });
  expect(ran.stderr).toBe('');
  const answers: unknown = JSON.parse(readFileSync(join(folder, 'answers.json'), 'utf8'));
  const refused: unknown = expect.stringMatching(/^EnvironmentError: Cannot write .*ulimit -f/);
  expect(answers).toEqual({ file: refused, store: refused, copy: refused });
  const left = readdirSync(folder, { recursive: true, withFileTypes: true });
  expect(left.filter((entry) => entry.isFile()).map((entry) => entry.name)).toEqual(['answers.json', 'input.bin']);
  rmSync(folder, { recursive: true, force: true });
});
