import { spawnSync } from 'node:child_process';
import { chmod, mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { beforeAll, expect, test } from '@jest/globals';
import { temporaryFolder } from '../helpers/dataset-files.ts';
import { runCli, SHIPPED } from './run-cli.ts';

const FLOW = `
import { flow } from 'mlflow-ts';
import { z } from 'zod';
export const nightly = flow({ name: 'nightly', parameters: z.strictObject({ seed: z.int().default(7) }) }, async () => 1);
`;

let cwd: string;
let env: NodeJS.ProcessEnv;

/** A project with a flow of its own, of which one run is recorded, and `mlflow-ts` on the PATH. */
beforeAll(async () => {
  cwd = await temporaryFolder();
  const bin = path.join(cwd, 'bin');
  await mkdir(bin);
  await writeFile(path.join(bin, 'mlflow-ts'), `#!/bin/sh\nexec '${process.execPath}' '${SHIPPED}' "$@"\n`);
  await chmod(path.join(bin, 'mlflow-ts'), 0o755);
  env = { PATH: `${bin}${path.delimiter}${process.env.PATH}`, HOME: cwd, LC_ALL: 'C.UTF-8' };
  await writeFile(path.join(cwd, 'nightly.mjs'), FLOW);
  await writeFile(path.join(cwd, 'mlflow-ts.yaml'), 'flows:\n  nightly: ./nightly.mjs:nightly\n');
  expect(await runCli(['run', 'nightly', '--name', 'first-night'], { cwd, script: SHIPPED })).toMatchObject({
    code: 0,
  });
});

const shell = (command: string, script: string) => spawnSync(command, ['-c', script], { cwd, env, encoding: 'utf8' });
const testInShell = (title: string, command: string, body: () => void): void =>
  (spawnSync(command, ['-c', 'true']).status === 0 ? test : test.skip)(title, body);

/** What bash would put in place of the last word, or show below the line. */
function inBash(line: string): string[] {
  const { stdout, stderr } = shell(
    'bash',
    `eval "$(mlflow-ts completion bash)"
     COMP_WORDS=(mlflow-ts) COMP_LINE=${quoted(line)} COMP_POINT=\${#COMP_LINE}
     _mlflow_ts; printf '%s\\n' "\${COMPREPLY[@]}"`,
  );
  expect(stderr).toBe('');
  return stdout.split('\n').filter((reply) => reply !== '');
}

const quoted = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`;

testInShell('bash completes commands, options and what the registry knows', 'bash', () => {
  expect(inBash('mlflow-ts ru')).toEqual(['run', 'runs']);
  expect(inBash('mlflow-ts runs sh')).toEqual(['show']);
  expect(inBash('mlflow-ts run --json night')).toEqual(['nightly']);
  expect(inBash('mlflow-ts run nightly -p ')).toEqual(['seed=']);
  expect(inBash('mlflow-ts run show ')).toEqual([]);
  expect(inBash('mlflow-ts runs show ')).toEqual(['first-night']);
  expect(inBash('mlflow-ts runs ls --st')).toEqual(['--state']);
  // `=` ends a word for bash: it replaces only what comes after.
  expect(inBash('mlflow-ts runs ls --state=fa')).toEqual(['failed']);
  expect(inBash('mlflow-ts model alias rm signs ch')).toEqual(['champion']);
  expect(inBash('mlflow-ts worker start --pool d')).toEqual(['default']);
});

testInShell('nothing of the line that is being written is executed', 'bash', () => {
  expect(inBash('mlflow-ts run "$(touch executed)" ; touch executed; ')).toEqual([]);
  expect(shell('bash', 'ls').stdout).not.toContain('executed');
});

testInShell('zsh completes with descriptions, and files where nothing else fits', 'zsh', () => {
  const { stdout } = shell(
    'zsh',
    `compdef() {}; _describe() { print -l -- "\${(@P)2}" }; _files() { print files }
     eval "$(mlflow-ts completion zsh)"
     words=(mlflow-ts runs show ''); CURRENT=4; _mlflow_ts
     words=(mlflow-ts predict ''); CURRENT=3; _mlflow_ts`,
  );
  expect(stdout).toMatch(/^first-night:Completed, .*\nfiles\n$/);
});

testInShell('fish completes with descriptions, and files where nothing else fits', 'fish', () => {
  const { stdout } = shell(
    'fish',
    `mlflow-ts completion fish | source
     complete -C 'mlflow-ts runs show '
     complete -C 'mlflow-ts predict nightly.m'`,
  );
  expect(stdout).toMatch(/^first-night\tCompleted, .*\nnightly\.mjs\n$/);
});

test('a registry that cannot be read completes nothing and says nothing', async () => {
  const args = ['completion', 'answer', 'fish', '--', 'runs', 'show', ''];
  const answer = await runCli(args, { cwd, script: SHIPPED, env: { MLFLOW_TS_HOME: '/dev/null/nowhere' } });
  expect(answer).toEqual({ code: 0, stdout: '', stderr: '' });
});
