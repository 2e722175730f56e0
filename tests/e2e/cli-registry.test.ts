import { chmodSync, cpSync, mkdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { beforeAll, describe, expect, test } from '@jest/globals';
import { temporaryFolder } from '../helpers/dataset-files.ts';
import { canBeBound, runCli, runCliHere } from './run-cli.ts';

let healthy: string;
beforeAll(async () => {
  healthy = await temporaryFolder();
  expect((await runCliHere(['run', 'hello', '-p', 'times=40'], { cwd: healthy })).code).toBe(0);
  expect((await runCliHere(['registry', 'backup', 'backup.db'], { cwd: healthy })).code).toBe(0);
});

/** A project with a copy of a sound registry in one file. */
async function project(): Promise<{ readonly cwd: string; readonly path: string }> {
  const cwd = await temporaryFolder();
  mkdirSync(join(cwd, '.mlflow-ts'));
  const path = join(cwd, '.mlflow-ts', 'registry.db');
  cpSync(join(healthy, 'backup.db'), path);
  return { cwd, path };
}

const PAGE = 4_096;

/** The page, counted from 1, at which a table begins. */
function rootPage(path: string, table: string): number {
  const database = new Database(path, { readonly: true });
  try {
    return database.prepare<[string], number>('select rootpage from sqlite_master where name = ?').pluck().get(table)!;
  } finally {
    database.close();
  }
}

const damages: readonly [string, (path: string) => void, RegExp][] = [
  ['cut in half', (path) => truncateSync(path, Math.floor(readFileSync(path).length / PAGE / 2) * PAGE), /is damaged/],
  ['with garbage in place of its tables', (path) => scribble(path, PAGE, Infinity), /is damaged/],
  ['with garbage in place of its header', (path) => scribble(path, 0, PAGE), /is not an SQLite database/],
  [
    'of zeros',
    (path) => writeFileSync(path, Buffer.alloc(100_000)),
    /is damaged|is not an SQLite database|not a registry/,
  ],
  ['of text', (path) => writeFileSync(path, 'just some text '.repeat(500)), /is not an SQLite database/],
  ['of another program', (path) => another(path), /is an SQLite database of another program/],
  ['of a newer version', (path) => newer(path), /has schema version 99/],
];

describe('a registry', () => {
  test.each(damages)('%s: every command says so in one error, and doctor what to do', async (_what, damage, says) => {
    const { cwd, path } = await project();
    damage(path);
    for (const args of [
      ['runs', 'ls'],
      ['run', 'hello'],
      ['experiments', 'search'],
      ['data', 'gc', '-y'],
    ]) {
      const { code, stdout, stderr } = await runCliHere(args, { cwd });
      expect({ args, code, stdout }).toEqual({ args, code: 4, stdout: '' });
      expect(stderr).toMatch(says);
      expect(stderr).toContain(path);
      expect(stderr.match(/^error: /gm)).toHaveLength(1);
      expect(stderr).not.toMatch(/^ +at /m);
    }
    const doctor = await runCliHere(['doctor', '--json'], { cwd });
    const { checks } = JSON.parse(doctor.stdout) as { checks: { name: string; status: string; found: string }[] };
    expect(doctor.code).toBe(4);
    expect(checks.find(({ name }) => name === 'registry')).toMatchObject({
      status: 'broken',
      found: expect.stringContaining(path),
    });
  });

  test('damaged in some pages: doctor counts what can be read, salvage saves it, restore brings it back', async () => {
    const { cwd, path } = await project();
    const page = rootPage(path, 'task_runs');
    scribble(path, (page - 1) * PAGE, page * PAGE);
    const doctor = await runCliHere(['doctor'], { cwd });
    expect(doctor.stdout).toMatch(/is damaged \(.*\)\. \d+ of \d+ tables can be read, [\d,]+ rows/);
    expect(doctor.stdout).toContain('mlflow-ts registry salvage NEWFILE');
    expect((await runCliHere(['registry', 'check'], { cwd })).code).toBe(4);
    const refused = await runCliHere(['registry', 'backup', 'copy.db'], { cwd });
    expect(refused).toMatchObject({ code: expect.any(Number), stderr: expect.stringMatching(/damaged/) });
    expect(refused.code).not.toBe(0);

    const salvaged = await runCliHere(['registry', 'salvage', 'saved.db', '--json'], { cwd });
    expect(JSON.parse(salvaged.stdout)).toMatchObject({
      registry: path,
      salvaged: join(cwd, 'saved.db'),
      complete: false,
      tables: expect.arrayContaining([{ name: 'flow_runs', rows: 1, complete: true, orphans: 0 }]),
    });
    const restored = await runCliHere(['registry', 'restore', 'saved.db', '-y', '--json'], { cwd });
    expect(JSON.parse(restored.stdout)).toMatchObject({ registry: path, flowRuns: 1, former: expect.any(String) });
    expect((await runCliHere(['runs', 'ls'], { cwd })).stdout).toContain('hello');
    expect((await runCliHere(['registry', 'check'], { cwd })).stdout).toContain('The registry is sound.');
  });

  test('with garbage in place of its log is read as it was written last', async () => {
    const { cwd, path } = await project();
    writeFileSync(`${path}-wal`, Buffer.alloc(50_000, 0x5a));
    expect((await runCliHere(['run', 'hello'], { cwd })).code).toBe(0);
    expect((await runCliHere(['runs', 'ls', '--json'], { cwd })).stdout.match(/"hello"/g)).toHaveLength(2);
  });

  test('of an older version is told by doctor, and brought up to date by the first command, also one that reads', async () => {
    const { cwd, path } = await project();
    const database = new Database(path);
    for (const table of ['queued_runs', 'schedules', 'deployments', 'work_pools', 'workers', 'concurrency_limits']) {
      database.exec(`drop table ${table}`);
    }
    database.exec('delete from schema_versions where version = 7');
    database.close();
    const doctor = await runCliHere(['doctor'], { cwd });
    expect(doctor).toMatchObject({ code: 0, stdout: expect.stringContaining('schema 6; the next command') });
    expect((await runCliHere(['registry', 'check'], { cwd })).code).toBe(0);
    expect((await runCliHere(['runs', 'show', 'hello'], { cwd })).stderr).not.toContain('schema');
    expect((await runCliHere(['doctor'], { cwd })).stdout).toContain('(schema 7)');
  });

  test('that is an empty file is a new one', async () => {
    const { cwd, path } = await project();
    writeFileSync(path, '');
    expect((await runCliHere(['runs', 'ls'], { cwd })).stderr).toContain('Nothing has run yet');
    expect((await runCliHere(['run', 'hello'], { cwd })).code).toBe(0);
  });
});

const testWithPermissions = canBeBound ? test : test.skip;
const bound = (cwd: string, ...args: string[]) => runCli(args, { cwd, bound: true });

testWithPermissions(
  'a registry that may not be read or written: one error with path and remedy, and doctor says it too',
  async () => {
    const { cwd, path } = await project();
    for (const [mode, args] of [
      [0o000, ['runs', 'ls']],
      [0o000, ['run', 'hello']],
      [0o444, ['run', 'hello']],
    ] as const) {
      chmodSync(path, mode);
      const { code, stderr } = await bound(cwd, ...args);
      expect({ mode, args, code }).toEqual({ mode, args, code: 4 });
      expect(stderr).toMatch(/^error: .*registry\.db.*permission/m);
      expect(stderr).not.toMatch(/^ +at /m);
    }
    chmodSync(path, 0o000);
    const doctor = await bound(cwd, 'doctor');
    expect(doctor.code).toBe(4);
    expect(doctor.stdout).toMatch(/registry +broken .*registry\.db/);
    chmodSync(path, 0o444);
    expect((await bound(cwd, 'runs', 'ls')).stdout).toContain('hello');
  },
);

testWithPermissions('a state folder that may not be looked into: the same', async () => {
  const { cwd, path } = await project();
  chmodSync(join(cwd, '.mlflow-ts'), 0o000);
  const listed = await bound(cwd, 'runs', 'ls');
  expect(listed).toMatchObject({ code: 4, stderr: expect.stringContaining(`Cannot read ${path}: permission denied`) });
  const doctor = await bound(cwd, 'doctor');
  expect(doctor).toMatchObject({ code: 4, stderr: '', stdout: expect.stringMatching(/registry +broken +Cannot read/) });
  chmodSync(join(cwd, '.mlflow-ts'), 0o755);
});

test('something else in the place of the registry or its folder: every command says what, and doctor too', async () => {
  const { cwd, path } = await project();
  rmSync(path);
  mkdirSync(path);
  for (const args of [
    ['runs', 'ls'],
    ['run', 'hello'],
    ['registry', 'check'],
    ['registry', 'backup', 'b.db'],
    ['doctor'],
  ]) {
    const { code, stdout, stderr } = await runCliHere(args, { cwd });
    expect({ args, code }).toEqual({ args, code: 4 });
    expect(stdout + stderr).toContain(`${path} is not a file, so no registry.`);
  }
  rmSync(join(cwd, '.mlflow-ts'), { recursive: true });
  writeFileSync(join(cwd, '.mlflow-ts'), 'a file');
  for (const args of [
    ['runs', 'ls'],
    ['run', 'hello'],
    ['registry', 'check'],
    ['registry', 'backup', 'b.db'],
    ['doctor'],
  ]) {
    const { code, stdout, stderr } = await runCliHere(args, { cwd });
    expect({ args, code }).toEqual({ args, code: 4 });
    expect(stdout + stderr).toMatch(/(Cannot (read|write) .*registry\.db: a part of its path is a file)/);
    expect(stderr).not.toMatch(/^ +at /m);
  }
});

test('backups and salvaged files replace nothing unasked, and never the registry itself', async () => {
  const { cwd, path } = await project();
  const inUse = await runCliHere(['registry', 'backup', 'b.db', '--json'], { cwd });
  expect(JSON.parse(inUse.stdout)).toEqual({ registry: path, backup: join(cwd, 'b.db'), bytes: expect.any(Number) });
  const again = await runCliHere(['registry', 'backup', 'b.db'], { cwd });
  expect(again).toMatchObject({ code: 1, stderr: expect.stringContaining('--force') });
  expect((await runCliHere(['registry', 'backup', 'b.db', '--force'], { cwd })).code).toBe(0);
  for (const args of [
    ['backup', path],
    ['salvage', path],
    ['restore', path, '-y'],
  ]) {
    expect(
      await runCliHere(['registry', ...args, ...(args[0] === 'restore' ? [] : ['--force'])], { cwd }),
    ).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('registry itself'),
    });
  }
  const asked = await runCliHere(['registry', 'restore', 'b.db'], { cwd });
  expect(asked).toMatchObject({ code: 2, stderr: expect.stringContaining('Say -y') });
  expect(await runCliHere(['registry', 'restore', 'nothing.db', '-y'], { cwd })).toMatchObject({ code: 2 });
  expect(await runCliHere(['registry', 'chekc'], { cwd })).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('Did you mean check?'),
  });
});

function scribble(path: string, from: number, to: number): void {
  const bytes = readFileSync(path);
  bytes.fill(0x5a, from, Math.min(to, bytes.length));
  writeFileSync(path, bytes);
}

function another(path: string): void {
  writeFileSync(path, '');
  const database = new Database(path);
  database.exec('create table customers (id integer)');
  database.close();
}

function newer(path: string): void {
  const database = new Database(path);
  database.exec(`insert into schema_versions values (99, 'later', 1)`);
  database.close();
}
