import type { RawBuilder } from 'kysely';
import type { FlowRunId } from '../core/ids.ts';
import type { DeletedRows } from './delete-flow-run.ts';
import type { Mention } from './mentioned-hashes.ts';
import type { RegistryDb } from './registry-db.ts';
import { sql } from './kysely.ts';

/** What the deletion of these root flow runs would take out of the registry; nothing is changed. */
export async function previewDeletion(
  db: RegistryDb,
  roots: readonly FlowRunId[],
): Promise<DeletedRows & { readonly textBytes: number }> {
  const doomed = doomedRuns(roots);
  const count = async (from: RawBuilder<unknown>): Promise<number> => {
    const { rows } = await sql<{ rows: number }>`${doomed} select count(*) as rows from ${from}`.execute(db);
    return rows[0]?.rows ?? 0;
  };
  const hashes = await sql<{ hash: string }>`${doomed}
    select storage_hash as hash from results where storage_hash is not null and id in (${ownResults})
    union
    select storage_hash from artifacts where storage_hash is not null and training_run_id is null
      and flow_run_id in (select id from doomed)
    except
    select storage_hash from results where storage_hash is not null and id not in (${ownResults})
    except
    select storage_hash from artifacts where storage_hash is not null and (flow_run_id is null
      or training_run_id is not null or flow_run_id not in (select id from doomed))
  `.execute(db);
  const texts = await sql<{ bytes: number }>`${doomed} select coalesce(sum(bytes), 0) as bytes from (
    select sum(length(message) + coalesce(length(data_json), 0)) as bytes from logs
      where flow_run_id in (select id from doomed)
    union all
    select sum(length(input_json)) from task_runs where flow_run_id in (select id from doomed)
    union all
    select sum(length(value_json)) from results where id in (${ownResults}))
  `.execute(db);
  return {
    flowRuns: await count(sql`doomed`),
    taskRuns: await count(sql`task_runs where flow_run_id in (select id from doomed)`),
    logs: await count(sql`logs where flow_run_id in (select id from doomed)`),
    artifacts: await count(sql`artifacts where training_run_id is null and flow_run_id in (select id from doomed)`),
    results: await count(sql`(${ownResults})`),
    storageHashes: hashes.rows.map(({ hash }) => hash),
    textBytes: texts.rows[0]?.bytes ?? 0,
  };
}

/** Of these recorded texts, those that would still be there. */
export async function listSurviving(
  db: RegistryDb,
  roots: readonly FlowRunId[],
  mentions: readonly Mention[],
): Promise<Mention[]> {
  const ids = JSON.stringify(mentions.map(({ id }) => id));
  const { rows } = await sql<{ id: string }>`${doomedRuns(roots)}
    select value as id from json_each(${ids})
    where value not in (select id from doomed) and value not in (${ownResults})
  `.execute(db);
  const surviving = new Set(rows.map(({ id }) => id));
  return mentions.filter(({ id }) => surviving.has(id));
}

function doomedRuns(roots: readonly FlowRunId[]): RawBuilder<unknown> {
  return sql`with doomed as materialized (
    select id from flow_runs where root_flow_run_id in (select value from json_each(${JSON.stringify(roots)})))`;
}

/** Results that no task run uses but those of the doomed runs. */
const ownResults = sql`
  select distinct task_runs.result_id from task_runs
  where task_runs.flow_run_id in (select id from doomed) and task_runs.result_id is not null and not exists (
    select 1 from task_runs as other
    where other.result_id = task_runs.result_id and other.flow_run_id not in (select id from doomed))`;
