import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { newTrainingRunId, type DatasetVersionId } from '../../../../src/core/ids.ts';
import type { Json } from '../../../../src/core/json.ts';
import { insertDatasetVersion } from '../../../../src/registry/dataset-versions.ts';
import { getOrCreateExperiment } from '../../../../src/registry/experiments.ts';
import { logMetrics } from '../../../../src/registry/metrics.ts';
import { logParams } from '../../../../src/registry/params.ts';
import type { RegistryDb } from '../../../../src/registry/registry-db.ts';
import type { Clause, Identifier } from '../../../../src/registry/search/clauses.ts';
import { parseFilter } from '../../../../src/registry/search/parse-filter.ts';
import { parseOrderBy } from '../../../../src/registry/search/parse-order-by.ts';
import { searchTrainingRuns } from '../../../../src/registry/search/search-training-runs.ts';
import { setTags } from '../../../../src/registry/tags.ts';
import { finishTrainingRun, startTrainingRun } from '../../../../src/registry/training-runs.ts';
import { withRegistry } from '../registry-fixture.ts';
import { clauseArbitrary } from './clause-arbitrary.ts';

const DATA = 'd'.repeat(64) as DatasetVersionId;

type Recorded = {
  readonly name: string;
  readonly status?: 'finished' | 'failed';
  readonly startedAt: number;
  readonly data?: boolean;
  /** The values by step. */
  readonly metrics?: Readonly<Record<string, readonly number[]>>;
  readonly params?: Readonly<Record<string, Json>>;
  readonly tags?: Readonly<Record<string, string>>;
};

const RUNS: readonly Recorded[] = [
  {
    name: 'run-1',
    status: 'finished',
    startedAt: 1,
    data: true,
    metrics: { accuracy: [0.1, 1], 'a b': [2] },
    params: { accuracy: 0.5, 'a b': 'onnx' },
    tags: { 'x.y': 'onnx' },
  },
  {
    name: 'run-2',
    status: 'failed',
    startedAt: 2,
    metrics: { accuracy: [2, 0.5] },
    params: { accuracy: 'ONNX', 'x.y': true },
    tags: { 'a b': "it's", accuracy: '' },
  },
  {
    name: "it's",
    startedAt: 2,
    data: true,
    metrics: { 'it`s': [-1] },
    params: { 'it`s': 'ä"\\\n', accuracy: '0.5', 'a b': { deep: [1] } },
    tags: { 'it`s': 'a*[b]?' },
  },
  { name: 'onnx', status: 'finished', startedAt: 0, tags: { accuracy: '%' } },
];

async function withRuns(body: (db: RegistryDb, ids: readonly string[]) => Promise<void>): Promise<void> {
  await withRegistry(async (db) => {
    const experiment = await getOrCreateExperiment(db, { name: 'signs', at: 1 });
    await insertDatasetVersion(db, {
      ...{ id: DATA, name: 'signs', source: 'sample:signs', upstreamVersion: '1', layout: 'image-folders' },
      ...{ synthetic: true, licence: null, classNames: ['A'], files: 1, samples: 1, bytes: 1, path: 'p' },
      ...{ provenance: {}, flowRunId: null, createdAt: 1 },
    });
    const ids: string[] = [];
    for (const run of RUNS) {
      const id = newTrainingRunId();
      ids.push(id);
      const { name, startedAt, status, metrics = {}, params = {}, tags = {} } = run;
      const link = run.data === true ? { datasetVersionId: DATA } : {};
      await startTrainingRun(db, { id, experimentId: experiment.id, name, codeVersion: 'c', startedAt, ...link });
      const logged = Object.entries(metrics).flatMap(([key, values]) =>
        values.map((value, step) => ({ key, step, value, at: 1 })),
      );
      await logMetrics(db, id, logged);
      await logParams(db, id, params);
      await setTags(db, { kind: 'training_run', id }, tags);
      if (status !== undefined) await finishTrainingRun(db, { id, status, at: startedAt + 0.5 });
    }
    await body(db, ids);
  });
}

const names = async (db: RegistryDb, filter: string, ...orderBy: string[]): Promise<string[]> => {
  const rows = await searchTrainingRuns(db, {
    filter: parseFilter(filter),
    orderBy: orderBy.map(parseOrderBy),
    limit: 100,
  });
  return rows.map(({ name }) => name);
};

test('a metric is its value at its last step, and who lacks it never fits', async () => {
  await withRuns(async (db) => {
    expect(await names(db, 'metrics.accuracy > 0.9')).toEqual(['run-1']);
    expect(await names(db, 'metrics.accuracy != 7')).toEqual(['run-2', 'run-1']);
    expect(await names(db, "params.`a b` != 'x' and params.`a b` != 'y'")).toEqual(["it's", 'run-1']);
  });
});

test('params are compared as text, LIKE tells capitals from small letters and ILIKE does not', async () => {
  await withRuns(async (db) => {
    expect(await names(db, "params.accuracy = '0.5'")).toEqual(["it's", 'run-1']);
    expect(await names(db, "params.accuracy LIKE 'ON%'")).toEqual(['run-2']);
    expect(await names(db, "params.accuracy LIKE 'on%'")).toEqual([]);
    expect(await names(db, "params.accuracy ILIKE 'on%'")).toEqual(['run-2']);
    expect(await names(db, "status = 'FINISHED'")).toEqual(['run-1', 'onnx']);
    expect(await names(db, "dataset.name = 'signs'")).toEqual(["it's", 'run-1']);
    expect(await names(db, 'params.accuracy IS NULL')).toEqual(['onnx']);
  });
});

test('the newest come first; what is sorted by comes before, and who lacks it last in both directions', async () => {
  await withRuns(async (db, ids) => {
    expect(await names(db, '')).toEqual(['run-2', "it's", 'run-1', 'onnx']);
    expect(await names(db, '', 'metrics.accuracy ASC')).toEqual(['run-2', 'run-1', "it's", 'onnx']);
    expect(await names(db, '', 'metrics.accuracy DESC')).toEqual(['run-1', 'run-2', "it's", 'onnx']);
    expect(await names(db, '', 'status', 'run_name desc')).toEqual(['run-2', 'run-1', 'onnx', "it's"].sort(byStatus));
    const page = await searchTrainingRuns(db, { filter: [], orderBy: [], limit: 2, offset: 1 });
    expect(page.map(({ id }) => id)).toEqual([ids[2], ids[0]]);
  });
});

const statusOf = (name: string): string => RUNS.find((run) => run.name === name)?.status ?? 'running';
const byStatus = (left: string, right: string): number =>
  statusOf(left).localeCompare(statusOf(right)) || right.localeCompare(left);

test('the SQL finds what a plain reading of the clauses finds', async () => {
  await withRuns(async (db, ids) => {
    await fc.assert(
      fc.asyncProperty(fc.array(clauseArbitrary(), { maxLength: 3 }), async (filter) => {
        const rows = await searchTrainingRuns(db, { filter, orderBy: [], limit: 100 });
        const expected = ids.filter((id, at) => filter.every((clause) => holds(clause, RUNS[at]!, id)));
        expect(rows.map(({ id }) => id as string).sort()).toEqual([...expected].sort());
      }),
      { numRuns: 400 },
    );
  });
});

function holds(clause: Clause, run: Recorded, id: string): boolean {
  const value = valueOf(clause.identifier, run, id);
  if (clause.kind === 'presence') return (value !== undefined) === clause.present;
  if (value === undefined) return false;
  const isStatus = clause.identifier.kind === 'attribute' && clause.identifier.key === 'status';
  const text = (given: string): string => (isStatus ? given.toLowerCase() : given);
  if (clause.kind === 'list') return clause.values.map(text).includes(String(value)) !== clause.negated;
  if (clause.kind === 'text') return textHolds(clause.comparator, String(value), text(clause.value));
  return numberHolds(clause.comparator, Number(value), clause.value);
}

function textHolds(comparator: string, value: string, given: string): boolean {
  if (comparator === '=') return value === given;
  if (comparator === '!=') return value !== given;
  const source = Array.from(given, (char) =>
    char === '%' ? '[^]*' : char === '_' ? '[^]' : char.replace(/[\\^$.*+?()[\]{}|]/, '\\$&'),
  );
  return new RegExp(`^${source.join('')}$`, comparator === 'ILIKE' ? 'i' : '').test(value);
}

function numberHolds(comparator: string, value: number, given: number): boolean {
  const truths: Record<string, boolean> = {
    '=': value === given,
    '!=': value !== given,
    '>': value > given,
    '>=': value >= given,
    '<': value < given,
    '<=': value <= given,
  };
  return truths[comparator]!;
}

function valueOf({ kind, key }: Identifier, run: Recorded, id: string): string | number | undefined {
  const values = {
    attribute: attributesOf(run, id)[key],
    metric: run.metrics?.[key]?.at(-1),
    tag: run.tags?.[key],
    dataset: datasetOf(run)?.[key],
    param: asText(run.params?.[key]),
  };
  return values[kind];
}

function datasetOf({ data }: Recorded): Record<string, string> | undefined {
  return data === true ? { name: 'signs', digest: DATA, context: 'training' } : undefined;
}

function attributesOf({ name, status, startedAt }: Recorded, id: string): Record<string, string | number | undefined> {
  const endedAt = status === undefined ? undefined : startedAt + 0.5;
  return { run_id: id, run_name: name, status: status ?? 'running', start_time: startedAt, end_time: endedAt };
}

function asText(value: Json | undefined): string | undefined {
  return value === undefined || typeof value === 'string' ? value : JSON.stringify(value);
}
