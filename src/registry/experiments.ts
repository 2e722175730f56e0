import type { Selectable } from 'kysely';
import { newExperimentId } from '../core/ids.ts';
import type { ExperimentId } from '../core/ids.ts';
import { findOne, likeText } from './find-one.ts';
import type { ExperimentsTable } from './model-tables.ts';
import type { RegistryDb } from './registry-db.ts';

export type ExperimentRow = {
  readonly id: ExperimentId;
  readonly name: string;
  readonly description: string | null;
  readonly createdAt: number;
};

/** The experiment of this name, made when there is none yet. */
export async function getOrCreateExperiment(
  db: RegistryDb,
  experiment: { readonly name: string; readonly description?: string; readonly at: number },
): Promise<ExperimentRow> {
  const { name, description = null, at } = experiment;
  await db
    .insertInto('experiments')
    .values({ id: newExperimentId(), name, description, created_at: at })
    .onConflict((conflict) => conflict.column('name').doNothing())
    .execute();
  return toExperiment(
    await db.selectFrom('experiments').selectAll().where('name', '=', name).executeTakeFirstOrThrow(),
  );
}

/** Experiments, newest first. */
export async function listExperiments(db: RegistryDb): Promise<ExperimentRow[]> {
  const rows = await db
    .selectFrom('experiments')
    .selectAll()
    .orderBy('created_at', 'desc')
    .orderBy('id', 'desc')
    .execute();
  return rows.map(toExperiment);
}

/** How many training runs and studies each experiment has; one without any is left out. */
export async function countByExperiment(
  db: RegistryDb,
  table: 'training_runs' | 'studies',
): Promise<ReadonlyMap<ExperimentId, number>> {
  const rows = await db
    .selectFrom(table)
    .select((row) => ['experiment_id', row.fn.countAll<number>().as('count')])
    .groupBy('experiment_id')
    .execute();
  return new Map(rows.map((row) => [row.experiment_id as ExperimentId, row.count]));
}

/**
 * The experiment a person means: by name, id, or the beginning or end of an id.
 * @throws NotFoundError; UsageError naming the candidates when several fit.
 */
export async function findExperiment(db: RegistryDb, idOrName: string): Promise<ExperimentRow> {
  const rows = await db
    .selectFrom('experiments')
    .selectAll()
    .where((where) =>
      where.or([
        where('name', '=', idOrName),
        where('id', 'like', `${likeText(idOrName)}%`),
        where('id', 'like', `%${likeText(idOrName)}`),
      ]),
    )
    .orderBy('id')
    .execute();
  const found = findOne(rows, {
    what: 'experiment',
    wanted: idOrName,
    isExact: (row) => row.name === idOrName || row.id === idOrName,
    describe: (row) => `${row.id} (${row.name})`,
    list: 'mlflow-ts experiments ls',
  });
  return toExperiment(found);
}

function toExperiment(row: Selectable<ExperimentsTable>): ExperimentRow {
  return { id: row.id as ExperimentId, name: row.name, description: row.description, createdAt: row.created_at };
}
