// Runs on `npm ci` and `npm pack`: compiles the sources where the compiler is installed and links the command line, so
// that `npx mlflow-ts` finds it in a fresh clone. An installation without development tools uses the shipped dist/.
import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, rmSync, symlinkSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../', import.meta.url));
const command = `${root}dist/bin/mlflow-ts.js`;
const compiler = findCompiler();

if (compiler !== undefined) {
  const { status } = spawnSync(process.execPath, [compiler, '-p', `${root}tsconfig.json`], {
    stdio: 'inherit',
    cwd: root,
  });
  if (status !== 0) process.exit(status ?? 1);
} else if (!existsSync(command)) {
  console.error(
    'mlflow-ts: dist/ is missing and TypeScript is not installed. Run `npm ci` without --omit=dev once, then try again.',
  );
  process.exit(1);
}
linkCommand();

function findCompiler() {
  try {
    return createRequire(import.meta.url).resolve('typescript/bin/tsc');
  } catch {
    return undefined;
  }
}

function linkCommand() {
  const folder = `${root}node_modules/.bin`;
  if (process.platform === 'win32' || !existsSync(command)) return;
  chmodSync(command, 0o755);
  mkdirSync(folder, { recursive: true });
  rmSync(`${folder}/mlflow-ts`, { force: true });
  symlinkSync('../../dist/bin/mlflow-ts.js', `${folder}/mlflow-ts`);
}
