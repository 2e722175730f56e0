import { expect, test } from '@jest/globals';
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { findCodeVersion } from '../../../src/app/code-version.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'code-version-'));

test('the code version names the commit in a git checkout, also below its root, and tells uncommitted changes', async () => {
  try {
    expect(await findCodeVersion('1.2.3', folder)).toBe('1.2.3');
    const git = (...args: string[]): string => execFileSync('git', args, { cwd: folder, encoding: 'utf8' }).trim();
    git('init', '--quiet');
    writeFileSync(path.join(folder, 'flow.ts'), '1');
    git('add', '.');
    git('-c', 'user.name=a', '-c', 'user.email=a@b', 'commit', '--quiet', '-m', 'first');
    const below = path.join(folder, 'flows');
    mkdirSync(below);
    const commit = git('rev-parse', '--short=12', 'HEAD');
    expect(await findCodeVersion('1.2.3', below)).toBe(`1.2.3+${commit}`);
    writeFileSync(path.join(folder, 'flow.ts'), '2');
    expect(await findCodeVersion('1.2.3', below)).toBe(`1.2.3+${commit}-dirty`);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
