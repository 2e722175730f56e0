import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { beforeAll, expect, test } from '@jest/globals';
import { catalogue } from '../../flows/catalogue.ts';
import { drawCorners, SHORT, temporaryProject } from '../helpers/project.ts';
import { temporaryFolder } from '../helpers/dataset-files.ts';
import { column, runCliHere, type Ended } from './run-cli.ts';

let cwd: string;
const cli = (...args: string[]): Promise<Ended> => runCliHere(args, { cwd, catalogue });
const json = async (...args: string[]): Promise<ReturnType<typeof JSON.parse>> =>
  JSON.parse((await cli(...args, '--json')).stdout);

/** One dataset, one study, and two versions of the model `corners`, the first of which is champion. */
beforeAll(async () => {
  const project = await temporaryProject();
  cwd = project.folder;
  await drawCorners(path.join(cwd, 'corners'), 30);
  const outcome = await project.run('pipeline', { ...SHORT, source: 'folder:corners', epochs: 8 });
  expect(outcome.flowRun.state.kind).toBe('Completed');
  const again = await project.run('register', { epochs: 1, threads: 1, gate: 'manual' });
  expect(again.flowRun.state.kind).toBe('Completed');
}, 120_000);

test('data ls and show tell what was collected and which tensor caches there are', async () => {
  const { stdout } = await cli('data', 'ls');
  expect(stdout).toMatch(/^VERSION +DATASET +CLASSES +SAMPLES +SIZE +COLLECTED +FILES +SOURCE\n/);
  expect(stdout).toMatch(/corners +3 +90 .* here +folder:/);
  const shown = await cli('dataset', 'show', 'corners');
  expect(shown.stdout).toMatch(/Classes +3: bottom left top/);
  expect(shown.stdout).toMatch(/16×16×1 +train \d+ · validation \d+ · test \d+/);
  expect(await json('data', 'show')).toMatchObject({ name: 'corners', tensorCaches: [expect.anything()] });
  expect((await cli('data', 'show', 'conrers')).code).toBe(2);
});

test('experiments and trials show what was tried, the best marked', async () => {
  expect((await cli('experiment', 'ls')).stdout).toMatch(/corners +1 +\d+/);
  const { stdout } = await cli('experiments', 'show', 'corners');
  expect(stdout).toMatch(/finished +2\/2 +[\d.]+ +learningRate=/);
  expect(stdout).toContain('validationAccuracy=');
  const trials = await cli('trials', 'ls');
  expect(trials.stdout).toMatch(/^TRIAL +STATE +VALIDATION ACCURACY +TOOK +PARAMETERS/);
  expect(trials.stdout.match(/ best$/gm)).toHaveLength(1);
  expect(await json('trial', 'ls', 'latest')).toHaveLength(2);
});

type Measured = { readonly id: string; readonly metrics: Readonly<Record<string, number>> };

test('training runs are found by MLflow filters and ordered', async () => {
  const mine = "params.learningRate = '0.01' and params.engine != 'tensorflow' and status = 'FINISHED'";
  const found = await json('experiments', 'search', '--filter', mine);
  expect(found.length).toBeGreaterThan(0);
  const params = { learningRate: 0.01, engine: expect.stringMatching(/^(onnx|cpu)$/) as unknown };
  expect(found[0]).toMatchObject({ experiment: 'corners', status: 'finished', params });

  const order = ['--order-by', 'metrics.validationAccuracy DESC', '--order-by', 'run_name'];
  const ordered = await json('experiment', 'search', 'corners', ...order);
  const accuracies = (ordered as Measured[]).map(({ metrics }) => metrics.validationAccuracy!);
  expect(accuracies).toEqual([...accuracies].sort((left, right) => right - left));
  const { stdout, stderr } = await cli('experiments', 'search', ...order, '--limit', '1');
  expect(stdout).toMatch(/^TRAINING RUN +NAME +STATUS +STARTED +VALIDATIONACCURACY\n\S+ .* [\d.]+\n$/);
  expect(stderr).toContain('--offset 1');

  expect(await json('experiments', 'search', '--filter', 'metrics.validationAccuracy > 7')).toEqual([]);
  const wrong: readonly [readonly string[], string][] = [
    [['--filter', 'metrics.a > 1 or metrics.b > 2'], "'or' is not supported; only AND joins clauses (at character 15)"],
    [['--order-by', 'accuracy'], 'other names need a prefix'],
    [['conrers'], 'There is no experiment conrers'],
    [['--limit', 'all'], '--limit all is not a whole number'],
  ];
  for (const [args, message] of wrong) {
    expect(await cli('experiments', 'search', ...args)).toMatchObject({
      code: 2,
      stdout: '',
      stderr: expect.stringContaining(message),
    });
  }
});

test('training runs are compared: what differs, and who is best', async () => {
  const runs = (await json('experiments', 'search', '--order-by', 'metrics.validationAccuracy')) as Measured[];
  const [first, second] = runs.map(({ id }) => id) as [string, string];
  const comparison = await json('experiments', 'compare', first, second);
  expect(comparison).toMatchObject({ trainingRuns: [{ id: first }, { id: second }] });
  expect(comparison.metrics).toContainEqual(
    expect.objectContaining({
      key: 'validationAccuracy',
      better: 'more',
      last: [expect.any(Number), expect.any(Number)],
    }),
  );
  const { stdout } = await cli('experiments', 'compare', first, second);
  expect(stdout).not.toMatch(/^experiment /m);
  expect((await cli('experiments', 'compare', first, second, '--all')).stdout).toMatch(
    /^experiment +corners +corners$/m,
  );
  expect((await cli('experiments', 'compare', first)).stderr).toContain('at least two');
  expect((await cli('experiments', 'compare', first, first)).stderr).toContain('are the same training run');
});

test('a training run shows what it was given and measured, its curves, and its report', async () => {
  const [{ trainingRun: id }] = (await json('models', 'show', 'corners')).versions as [{ trainingRun: string }];
  const shown = await json('experiments', 'show', id);
  expect(shown).toMatchObject({
    ...{ id, experiment: 'corners', status: 'finished', modelVersions: [{ name: 'corners', version: 2 }] },
    engine: { name: expect.any(String), reason: expect.any(String) },
    metricHistory: { loss: [{ step: 1, value: expect.any(Number), at: expect.any(String) }] },
  });
  expect(column(shown.artifacts, 'key')).toEqual(expect.arrayContaining(['most-wrong', 'reliability', 'report']));
  expect(await json('experiments', 'show', id, '--plot')).toEqual(shown);

  const { stdout } = await cli('experiments', 'show', id);
  expect(stdout).toMatch(/^PARAM +VALUE\n(.*\n)*learningRate +0\.0\d+$/m);
  expect(stdout).toMatch(/^robustAccuracy +[\d.]+ +[\d.]+ +1 +1$/m);
  expect(stdout).toMatch(/^system\/process_memory_usage_megabytes +\d/m);
  expect(stdout).toMatch(/Registered +corners\/2/);
  expect((await cli('experiments', 'show', id, '--plot')).stdout).toMatch(
    /── loss {3}╌╌ validationLoss\n[^]*── accuracy/,
  );
  expect((await cli('experiments', 'show', id, '--metric', 'learningRate')).stdout).toMatch(/^ +── learningRate\n/);
  const unknown = await cli('experiments', 'show', id, '--metric', 'los');
  expect(unknown).toMatchObject({ code: 2, stderr: expect.stringContaining('Did you mean "loss"?') });
  expect((await cli('experiments', 'show', 'corners', '--plot')).stderr).toContain('--plot is for a training run');
  expect((await cli('experiments', 'show', 'conrers')).stderr).toContain('no experiment and no training run conrers');

  expect(await json('experiments', 'show', id, '--report', 'report.html')).toMatchObject({ trainingRun: id });
  const report = readFileSync(path.join(cwd, 'report.html'), 'utf8');
  for (const heading of [
    'Curves',
    'Gate',
    'Scores',
    'Classes',
    'Confusion matrix',
    'Calibration',
    'Machine',
    'Origin',
  ]) {
    expect(report).toContain(`<h2>${heading}</h2>`);
  }
  expect(report.match(/<img src="data:image/g)).toHaveLength(3);
});

test('flow runs are told apart by parameters, results and the times of their tasks', async () => {
  const [again, pipeline] = column(await json('runs', 'ls'), 'name') as [string, string];
  const diff = await json('runs', 'diff', pipeline, again);
  expect(diff).toMatchObject({ flowRuns: [{ flow: 'pipeline' }, { flow: 'register' }] });
  expect(diff.parameters).toContainEqual({ key: 'gate', values: ['superior', 'manual'], differs: true });
  expect(diff.tasks).toContainEqual(
    expect.objectContaining({ flow: 'register', task: 'train-finalist', taskRuns: [1, 1], ratio: expect.any(Number) }),
  );
  const { stdout } = await cli('runs', 'diff', pipeline, again);
  expect(stdout).toMatch(/^flow +pipeline +register$/m);
  expect(stdout).toMatch(/^register \/ train-finalist +\S+ +\S+ +[\d.]+ ×$/m);
  const same = await cli('runs', 'diff', again, again);
  expect(same.stderr).toContain('do not differ');
});

test('models are promoted by hand and rolled back, and show what was decided', async () => {
  expect((await cli('model', 'ls')).stdout).toMatch(/corners +2 +champion=1/);
  const promoted = await cli('models', 'promote', 'corners/2', '--reason', 'for the test');
  expect(promoted.stdout).toBe('corners: champion is now version 2 (version 1 before).\n');
  const shown = (await cli('models', 'show', 'corners')).stdout;
  expect(shown).toMatch(/promoted +2 +1 +manual .* for the test/);
  expect(shown).toMatch(/champion +1 +2 .* for the test/);
  expect((await cli('models', 'promote', 'corners/2')).code).toBe(1);
  expect((await cli('models', 'promote', 'corners')).stderr).toContain('Say which version');
  expect(await json('models', 'rollback', 'corners')).toEqual({
    name: 'corners',
    alias: 'champion',
    version: 1,
    previousVersion: 2,
  });
});

test('aliases are set, listed and removed, the champion only when told so', async () => {
  expect((await cli('models', 'alias', 'set', 'corners/2', 'challenger')).stdout).toBe(
    'corners: challenger is now version 2 (nobody before).\n',
  );
  expect((await cli('model', 'alias', 'ls', 'corners')).stdout).toMatch(/challenger +2 .*\n *champion +1 /);
  expect(await json('models', 'alias', 'ls', 'corners')).toEqual([
    { alias: 'challenger', version: 2, updatedAt: expect.any(String) },
    { alias: 'champion', version: 1, updatedAt: expect.any(String) },
  ]);
  for (const reserved of ['latest', 'v3', 'a b', '']) {
    expect(await cli('models', 'alias', 'set', 'corners/2', reserved)).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('cannot be an alias'),
    });
  }
  expect((await cli('models', 'alias', 'rm', 'corners', 'chalenger')).stderr).toContain('Did you mean "challenger"?');
  expect(await cli('models', 'alias', 'rm', 'corners', 'champion')).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('-y'),
  });
  expect(await json('models', 'alias', 'rm', 'corners', 'challenger', '--reason', 'it lost')).toEqual({
    name: 'corners',
    alias: 'challenger',
    previousVersion: 2,
    removed: true,
  });
  const { aliasHistory } = await json('models', 'show', 'corners');
  expect(aliasHistory[0]).toMatchObject({ alias: 'challenger', version: null, previousVersion: 2, reason: 'it lost' });
});

test('models and their versions carry tags', async () => {
  expect((await cli('models', 'tag', 'corners', 'team=vision', 'camera=new one')).stdout).toBe(
    'corners: camera=new one team=vision\n',
  );
  expect((await cli('models', 'tag', 'corners/2', 'reviewed=yes')).stdout).toBe('corners version 2: reviewed=yes\n');
  expect((await cli('models', 'ls')).stdout).toContain('camera=new one team=vision');
  expect(await json('models', 'show', 'corners')).toMatchObject({
    tags: { team: 'vision' },
    versions: [
      { version: 2, tags: { reviewed: 'yes' } },
      { version: 1, tags: {} },
    ],
  });
  expect(await json('models', 'tag', 'corners', 'team=signs', '--rm', 'camera')).toEqual({
    name: 'corners',
    version: null,
    tags: { team: 'signs' },
  });
  const wrong: readonly [readonly string[], string][] = [
    [['corners', '--rm', 'camera'], 'corners has no tag camera. It has: team.'],
    [['corners', 'team'], '"team" is not key=value'],
    [['corners', 'te:am=1'], '"te:am" cannot be a tag'],
    [['corners/7', 'team=1'], 'Version 7 of corners does not exist'],
    [['conrers', 'team=1'], 'There is no registered model conrers'],
  ];
  for (const [args, message] of wrong) {
    expect(await cli('models', 'tag', ...args)).toMatchObject({ code: 2, stderr: expect.stringContaining(message) });
  }
  expect((await cli('models', 'tag', 'corners')).stdout).toBe('corners: team=signs\n');
});

test('a model is exported to a folder or a zip, and nothing is replaced unasked', async () => {
  const { stdout } = await cli('models', 'export', 'corners', 'out.zip');
  expect(stdout).toContain(path.join(cwd, 'out.zip'));
  expect(existsSync(path.join(cwd, 'out.zip'))).toBe(true);
  expect((await cli('models', 'export', 'corners', 'out.zip')).code).toBe(1);
  expect((await cli('models', 'export', 'corners', 'out.zip', '--force')).code).toBe(0);
});

test('a model is exported as one ONNX file or for TensorFlow.js', async () => {
  const named = await cli('models', 'export', 'corners', '--format', 'onnx', '--opset', '17');
  expect(named.stdout).toContain(`1 file to ${path.join(cwd, 'corners-1.onnx')}`);
  const exported = await cli('models', 'export', 'corners/1', '--format', 'tfjs', '-o', 'web', '--json');
  expect(JSON.parse(exported.stdout)).toMatchObject({ name: 'corners', version: 1, files: 2 });
  expect(readdirSync(path.join(cwd, 'web')).sort()).toEqual(['model.json', 'weights.bin']);
  for (const [args, message] of [
    [['--format', 'onnx', '--opset', '9'], '--opset is 17 or 18'],
    [['--opset', '17', 'out'], '--opset goes with --format onnx'],
    [[], 'Name a folder or a .zip file'],
  ] as const) {
    expect((await cli('models', 'export', 'corners', ...args)).stderr).toContain(message);
  }
});

test('a version without an alias can be deleted, the champion cannot', async () => {
  expect((await cli('models', 'delete', 'corners/1', '-y')).code).toBe(1);
  expect((await cli('models', 'delete', 'corners/2')).stderr).toContain('-y');
  expect((await cli('models', 'delete', 'corners/2', '-y')).stdout).toContain('Deleted the files of corners version 2');
  expect(existsSync(path.join(cwd, 'models', 'corners', '2'))).toBe(false);
  expect((await cli('models', 'ls')).stdout).toMatch(/corners +1 +champion=1/);
  const whole = await cli('models', 'delete', 'corners', '-y');
  expect(whole).toMatchObject({ code: 2, stderr: expect.stringContaining('--all') });
  expect((await cli('models', 'delete', 'corners', '--all', '-y')).code).toBe(1);
});

test('predict tells labels with probabilities, for several images the word, and exits 1 when one is unreadable', async () => {
  const { code, stdout } = await cli('predict', 'corners/left/1.png', 'corners/top/1.png', '--top', '2');
  expect(code).toBe(0);
  expect(stdout).toMatch(/corners\/left\/1\.png +left +\d+\.\d % +\w+ \d+\.\d %$/m);
  expect(stdout).toContain('Word: lefttop');
  writeFileSync(path.join(cwd, 'torn.png'), 'no image');
  const torn = await cli('predict', 'corners/left/1.png', 'torn.png', '--model', 'corners@champion');
  expect(torn.code).toBe(1);
  expect(torn.stdout).toMatch(/torn\.png +unreadable/);
  expect(torn.stderr).toContain('1 of 2 images could not be read');
  expect((await cli('predict', 'nowhere.png')).code).toBe(2);
  expect((await cli('predict', 'corners/left/1.png', '--model', 'conrers')).code).toBe(2);
});

test('where there is nothing yet, every list says what to do', async () => {
  const empty = await temporaryFolder();
  const nouns: readonly [string, string][] = [
    ['runs', 'mlflow-ts run pipeline'],
    ['data', 'mlflow-ts run collect'],
    ['experiments', 'mlflow-ts run pipeline'],
    ['trials', 'mlflow-ts run hpo'],
    ['studies', 'mlflow-ts run hpo'],
    ['models', 'mlflow-ts run pipeline'],
  ];
  for (const [noun, next] of nouns) {
    const listed = await runCliHere([noun, 'ls'], { cwd: empty, catalogue });
    expect([noun, listed]).toEqual([noun, { code: 0, stdout: '', stderr: expect.stringContaining(next) }]);
    expect((await runCliHere([noun, 'ls', '--json'], { cwd: empty, catalogue })).stdout).toBe('[]\n');
  }
  expect(existsSync(path.join(empty, '.mlflow-ts'))).toBe(false);
});
