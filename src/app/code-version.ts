import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';

/**
 * The version of the code that runs: the package's and, when `root` is in a git checkout, its commit, with `-dirty` when
 * there are uncommitted changes: `0.1.0+3f9a1c2e4b7d-dirty`.
 */
export async function findCodeVersion(packageVersion: string, root: string): Promise<string> {
  if (!isInCheckout(root)) return packageVersion;
  try {
    const { stdout } = await promisify(execFile)('git', DESCRIBE, { cwd: root, timeout: GIT_TIMEOUT_MS });
    return `${packageVersion}+${stdout.trim()}`;
  } catch {
    return packageVersion;
  }
}

/** Asking git where there is nothing to ask costs a short run a tenth of its time. */
function isInCheckout(folder: string): boolean {
  if (existsSync(path.join(folder, '.git'))) return true;
  const parent = path.dirname(folder);
  return parent !== folder && isInCheckout(parent);
}

const DESCRIBE = ['describe', '--always', '--dirty', '--abbrev=12', '--exclude=*'];
const GIT_TIMEOUT_MS = 2_000;
