import { expect, test } from '@jest/globals';
import Database from 'better-sqlite3';
import { createQueryId } from 'kysely';
import type { KyselyPlugin, RootOperationNode } from 'kysely';
import { newFlowRunId } from '../../../src/core/ids.ts';
import { findArtifact } from '../../../src/registry/artifacts.ts';
import { findFlowRun, listFlowRuns, listOpenFlowRuns } from '../../../src/registry/flow-runs.ts';
import { listFlowRunTree } from '../../../src/registry/flow-run-tree.ts';
import { listLogs } from '../../../src/registry/logs.ts';
import { listStudies } from '../../../src/registry/studies.ts';
import { findTrainingRun, listTrainingRuns } from '../../../src/registry/training-runs.ts';
import type { RegistryDb } from '../../../src/registry/registry-db.ts';
import { withRegistry } from './registry-fixture.ts';

const id = newFlowRunId();
const newest = { limit: 20 };
type Read = (db: RegistryDb) => Promise<unknown>;

const lists: Record<string, Read> = {
  'the newest flow runs': (db) => listFlowRuns(db, newest),
  'the newest root flow runs': (db) => listFlowRuns(db, { ...newest, parent: 'roots' }),
  'the flow runs since': (db) => listFlowRuns(db, { ...newest, parent: 'roots', since: 1 }),
  'the runs of a flow': (db) => listFlowRuns(db, { ...newest, flow: 'prep' }),
  'failed runs': (db) => listFlowRuns(db, { ...newest, parent: 'roots', states: ['Failed'] }),
  'runs that ended badly': (db) => listFlowRuns(db, { ...newest, states: ['Failed', 'Crashed', 'TimedOut'] }),
  'failed runs of a flow': (db) => listFlowRuns(db, { ...newest, flow: 'prep', states: ['Failed'], since: 1 }),
  'the end of the log of a run': (db) => listLogs(db, { flowRunId: id, limit: 10, tail: true }),
  'the newest training runs': (db) => listTrainingRuns(db, newest),
  'the newest study of a name': (db) => listStudies(db, { name: 'signs', limit: 1 }),
};

test.each(Object.entries(lists))('%s: an index gives them in their order, nothing is sorted', async (_, read) => {
  await withRegistry(async (db, path) => {
    for (const plan of await plansOf(db, path, read)) {
      expect(plan).not.toMatch(TABLE_WALK);
      expect(plan).not.toMatch('USE TEMP B-TREE FOR ORDER BY');
    }
  });
});

const searches: Record<string, Read> = {
  'open runs, as the reaper asks for them': (db) => listOpenFlowRuns(db),
  'a run by the end of its id': (db) => findFlowRun(db, id.slice(-8)),
  'a run by more than the end of its id': (db) => findFlowRun(db, id.slice(-12)),
  'a run by the beginning of its id or its name': (db) => findFlowRun(db, 'prep-0a1b2c3d'),
  'the subflow runs of a run': (db) => listFlowRunTree(db, id),
  'an artifact by the end of its id': (db) => findArtifact(db, id.slice(-8)),
  'a training run by the end of its id': (db) => findTrainingRun(db, id.slice(-8)),
};

test.each(Object.entries(searches))('%s: found by an index, not by reading the whole table', async (_, read) => {
  await withRegistry(async (db, path) => {
    for (const plan of await plansOf(db, path, read)) expect(plan).not.toMatch(TABLE_WALK);
  });
});

const TABLE_WALK = /SCAN (?:flow_runs|task_runs|training_runs|artifacts|logs|studies)(?! USING)/;

async function plansOf(db: RegistryDb, path: string, read: Read): Promise<string[]> {
  const nodes: RootOperationNode[] = [];
  const spy: KyselyPlugin = {
    transformQuery: ({ node }) => {
      nodes.push(node);
      return node;
    },
    transformResult: ({ result }) => Promise.resolve(result),
  };
  // That nothing is found is told by an error; the query was sent all the same.
  await read(db.withPlugin(spy)).catch(() => undefined);
  const database = new Database(path, { readonly: true });
  try {
    return nodes.map((node) => {
      const { sql, parameters } = db.getExecutor().compileQuery(node, createQueryId());
      const rows = database.prepare(`explain query plan ${sql}`).all(...parameters) as { detail: string }[];
      return [sql, ...rows.map(({ detail }) => detail)].join('\n');
    });
  } finally {
    database.close();
  }
}
