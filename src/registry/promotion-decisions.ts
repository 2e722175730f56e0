import type { FlowRunId } from '../core/ids.ts';
import type { Json } from '../core/json.ts';
import { jsonSchema, parseJsonColumn } from './json-columns.ts';
import type { RegistryDb } from './registry-db.ts';

/** What a gate decided about a model version, with the numbers it decided by. */
export type PromotionDecision = {
  readonly modelName: string;
  readonly version: number;
  /** The champion it was compared with; null when there was none. */
  readonly championVersion: number | null;
  readonly gate: string;
  readonly decision: 'promoted' | 'kept';
  readonly reason: string;
  readonly numbers: Json;
  readonly flowRunId: FlowRunId | null;
  readonly at: number;
};

/** Records a decision. */
export async function insertPromotionDecision(db: RegistryDb, decision: PromotionDecision): Promise<void> {
  await db
    .insertInto('promotion_decisions')
    .values({
      model_name: decision.modelName,
      version: decision.version,
      champion_version: decision.championVersion,
      gate: decision.gate,
      decision: decision.decision,
      reason: decision.reason,
      numbers_json: JSON.stringify(decision.numbers),
      flow_run_id: decision.flowRunId,
      at: decision.at,
    })
    .execute();
}

/** The decisions about a model, or about one of its versions, newest first. */
export async function listPromotionDecisions(
  db: RegistryDb,
  modelName: string,
  version?: number,
): Promise<PromotionDecision[]> {
  const rows = await db
    .selectFrom('promotion_decisions')
    .selectAll()
    .where('model_name', '=', modelName)
    .$if(version !== undefined, (query) => query.where('version', '=', version!))
    .orderBy('id', 'desc')
    .execute();
  return rows.map((row) => ({
    modelName: row.model_name,
    version: row.version,
    championVersion: row.champion_version,
    gate: row.gate,
    decision: row.decision,
    reason: row.reason,
    numbers: parseJsonColumn(jsonSchema, row.numbers_json, 'promotion_decisions.numbers_json', String(row.id)),
    flowRunId: row.flow_run_id as FlowRunId | null,
    at: row.at,
  }));
}
