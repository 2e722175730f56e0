import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { cp, mkdir, mkdtemp, readFile, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { runCli, runCliHere, SHIPPED, type Ended } from './run-cli.ts';

let folder: string;
beforeAll(async () => (folder = await mkdtemp(join(tmpdir(), 'flow-files-'))));
afterAll(() => rm(folder, { recursive: true, force: true }));

const run = (...args: string[]): Promise<Ended> => runCli(args, { cwd: folder, script: SHIPPED });

const here = (...args: string[]): Promise<Ended> => runCliHere(args, { cwd: folder });

async function write(name: string, text: string): Promise<void> {
  await mkdir(dirname(join(folder, name)), { recursive: true });
  await writeFile(join(folder, name), text);
}

const CENSUS = `import { flow, task } from 'mlflow-ts';
import { z } from 'zod';
import { Unit } from './units.ts';

const count = task({ name: 'count' }, async ({ houses }: { houses: number }) => \`\${houses} \${Unit.House}\`);

export const census = flow(
  {
    name: 'census',
    description: 'Counts houses',
    parameters: z.strictObject({ houses: z.int().default(2).describe('How many there are'), fail: z.boolean().default(false) }),
    hooks: { onFailure: () => console.error('onFailure was called') },
  },
  async ({ houses, fail }) => {
    const text = await count({ houses });
    if (fail && process.env.REPAIRED === undefined) throw new Error('the census failed');
    return { text };
  },
);
`;

test('a TypeScript file anywhere runs as a flow, finds its config section, and a retry finds it again', async () => {
  await write('flows/census.ts', CENSUS);
  await write('flows/units.ts', 'export enum Unit { House = "houses" }\n');
  await write('config.yaml', 'census:\n  houses: 5\n');
  const failed = await run('run', './flows/census.ts:census', '-c', 'config.yaml', '-p', 'fail=true', '--json');
  expect(failed).toMatchObject({ code: 1, stderr: expect.stringContaining('onFailure was called') });
  const { flowRun } = JSON.parse(failed.stdout) as { flowRun: { id: string } };

  const shown = JSON.parse((await here('runs', 'show', flowRun.id, '--json')).stdout);
  expect(shown).toMatchObject({ flow: 'census', entrypoint: 'flows/census.ts:census' });

  await rename(join(folder, 'flows/census.ts'), join(folder, 'flows/moved.ts'));
  const moved = await here('runs', 'retry', flowRun.id);
  expect(moved.code).toBe(2);
  expect(moved.stderr).toContain(`There is no file ${join(folder, 'flows/census.ts')}.`);
  expect(moved.stderr).toContain('"census: ./FILE.ts:NAME"');

  await write('flows/census.ts', CENSUS.replace("name: 'census'", "name: 'population'"));
  const renamed = await here('runs', 'retry', flowRun.id);
  expect(renamed).toMatchObject({ code: 2, stderr: expect.stringContaining('It now holds flow "population".') });
  await rm(join(folder, 'flows/census.ts'));

  await write('mlflow-ts.yaml', 'flows:\n  census: ./flows/moved.ts:census\n');
  const repaired = { cwd: folder, script: SHIPPED, env: { REPAIRED: '1' } };
  const retried = await runCli(['runs', 'retry', flowRun.id, '--json'], repaired);
  expect(JSON.parse(retried.stdout)).toMatchObject({ result: { text: '5 houses' } });
  expect(retried.stderr).toContain('count: Completed');
}, 60_000);

test('mlflow-ts.yaml makes flows known by name: to run, list, show and config show', async () => {
  await write('flows/moved.ts', CENSUS);
  await write('flows/units.ts', 'export enum Unit { House = "houses" }\n');
  await write('mlflow-ts.yaml', 'flows:\n  census: ./flows/moved.ts:census\n');
  expect((await here('flows', 'ls')).stdout).toMatch(/census +your flow in \.\/flows\/moved\.ts:census/);
  expect((await here('run', 'cenus')).stderr).toContain('Did you mean "census"?');
  const shown = JSON.parse((await here('flows', 'show', 'census', '--json')).stdout);
  expect(shown).toMatchObject({ name: 'census', description: 'Counts houses', entrypoint: 'flows/moved.ts:census' });
  const config = await here('config', 'show', 'flows/moved.ts', '-p', 'houses=9', '--sources');
  expect(config.stdout).toContain('houses: 9');
  const ran = await run('run', 'census', '--json');
  expect(JSON.parse(ran.stdout).result).toEqual({ text: '2 houses' });
}, 60_000);

test('JavaScript runs with and without mlflow-ts beside it, also a second copy of the package', async () => {
  const text = CENSUS.replace(/^.*units.*$/m, '')
    .replace(': { houses: number }', '')
    .replace('Unit.House', "'homes'")
    .replace('{ flow, task }', '{ flow, logMetric, task }')
    .replace('const text =', "logMetric('houses', houses);\n    const text =");
  await write('alone/census.mjs', text);
  const alone = await run('run', 'alone/census.mjs', '--json');
  expect(JSON.parse(alone.stdout).result).toEqual({ text: '2 homes' });

  const root = fileURLToPath(new URL('../../../', import.meta.url));
  await write('beside/census.mjs', text);
  await write('beside/node_modules/mlflow-ts/package.json', '{ "type": "module", "exports": "./dist/src/index.js" }');
  await cp(join(root, 'dist/src'), join(folder, 'beside/node_modules/mlflow-ts/dist/src'), { recursive: true });
  await symlink(join(root, 'node_modules'), join(folder, 'beside/node_modules/mlflow-ts/node_modules'));
  await symlink(join(root, 'node_modules/zod'), join(folder, 'beside/node_modules/zod'));
  const beside = await run('run', 'beside/census.mjs', '--json');
  expect(JSON.parse(beside.stdout).result).toEqual({ text: '2 homes' });
  const { trainingRuns } = JSON.parse((await here('experiments', 'show', 'census', '--json')).stdout);
  expect(trainingRuns).toMatchObject([
    { status: 'finished', metrics: { houses: 2 } },
    { status: 'finished', metrics: { houses: 2 } },
  ]);
}, 60_000);

test('the hook onCrash of a flow from a file is called by the next command that writes', async () => {
  await write(
    'crash/flow.ts',
    `import { appendFileSync } from 'node:fs';
import { flow } from 'mlflow-ts';
import { z } from 'zod';
export const doomed = flow(
  {
    name: 'doomed',
    parameters: z.strictObject({}),
    hooks: { onCrash: ({ state }) => appendFileSync(new URL('./told.txt', import.meta.url), state.kind) },
  },
  () => process.kill(process.pid, 'SIGKILL'),
);
`,
  );
  expect((await run('run', 'crash/flow.ts')).code).toBeNull();
  const next = await here('runs', 'prune', '--keep', '100', '--older-than', '30d', '--yes');
  expect(next.stderr).toContain('is now Crashed');
  expect(await readFile(join(folder, 'crash/told.txt'), 'utf8')).toBe('Crashed');
}, 60_000);

test('a flow from a file with the name of a built-in one is run and retried as itself', async () => {
  await write(
    'hello.ts',
    `import { flow, task } from 'mlflow-ts';
import { z } from 'zod';
const greet = task({ name: 'greet-own' }, () => 'own');
export const hello = flow({ name: 'hello', parameters: z.strictObject({}) }, () => greet());
`,
  );
  const ran = await here('run', 'hello.ts', '--name', 'own-hello');
  expect(ran.code).toBe(0);
  expect(ran.stdout).not.toContain('mlflow-ts run party');
  const again = await here('runs', 'retry', 'own-hello', '--from', 'greet-own');
  expect(again).toMatchObject({ code: 0, stdout: expect.not.stringContaining('mlflow-ts run party') });
  expect((await here('run', 'hello')).stdout).toContain('mlflow-ts run party');
});

test('what is wrong with a file is told with its place', async () => {
  await write('bad/syntax.ts', "import { flow } from 'mlflow-ts';\n\nconst size: number = ;\n");
  await write(
    'bad/throws.ts',
    "type Unused = string;\nfunction boom(): never {\n  throw new Error('no data');\n}\nboom();\n",
  );
  await write('bad/missing.ts', "import { nope } from './nope.ts';\nexport const kept = nope;\n");
  await write('bad/package.ts', "import { nope } from 'not-installed';\nexport const kept = nope;\n");
  await write(
    'bad/zod.ts',
    "import { flow } from 'mlflow-ts';\nexport const odd = flow({ name: 'odd', parameters: {} as never }, () => null);\n",
  );
  const told = async (file: string) => {
    const { code, stderr } = await runCliHere(['run', `bad/${file}`], { cwd: folder });
    expect(code).toBe(2);
    return stderr;
  };
  const place = (file: string) => join(folder, 'bad', file);
  expect(await told('syntax.ts')).toContain(
    `bad/syntax.ts does not compile: ${place('syntax.ts')}:3:22: Unexpected token`,
  );
  expect(await told('throws.ts')).toMatch(
    /threw an error when it was imported:\n {2}Error: no data\n {4}at boom \(.*throws\.ts:3:9\)\n {4}at .*throws\.ts:5:1\n$/,
  );
  expect(await told('missing.ts')).toContain(`${place('missing.ts')} imports "./nope.ts", which is not there.`);
  expect(await told('package.ts')).toContain('Install it where the file is: npm install not-installed');
  expect(await told('zod.ts')).toContain('The parameters of flow "odd" in bad/zod.ts are no zod 4 schema.');
  expect(await told('syntaxx.ts')).toContain('Did you mean "syntax.ts"?');
  expect(await told('')).toContain('bad/ is a folder.');
}, 60_000);
