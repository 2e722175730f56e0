import type { Clock } from '../core/clock.ts';
import { ConflictError } from '../core/errors.ts';
import { listAliasHistory, setAlias, type AliasHistoryRow } from '../registry/model-aliases.ts';
import { listModelVersions } from '../registry/model-versions.ts';
import { insertPromotionDecision } from '../registry/promotion-decisions.ts';
import { withTransaction, type RegistryDb } from '../registry/registry-db.ts';
import { CHAMPION, findModelVersionRow } from './find-model-version.ts';

/** How a rollback is told from a promotion in the history of an alias. */
const ROLLBACK = 'rollback';

/**
 * Moves an alias (default `champion`) back to the version that had it before the present one. Rolling back again goes one
 * further; versions deleted meanwhile are passed over.
 * @throws NotFoundError when nothing has the alias; ConflictError when no earlier version had it.
 */
export async function rollbackModel(
  db: RegistryDb,
  clock: Clock,
  input: { readonly name: string; readonly alias?: string; readonly reason?: string },
): Promise<{ readonly from: number; readonly to: number }> {
  const { name, alias = CHAMPION } = input;
  return withTransaction(db, async (transaction) => {
    const current = await findModelVersionRow(transaction, { kind: 'alias', name, alias });
    const versions = await listModelVersions(transaction, { modelName: name });
    const usable = new Set(versions.map((row) => row.version));
    const newestFirst = await listAliasHistory(transaction, name, alias);
    const earlier = earlierVersions(newestFirst.toReversed());
    const to = earlier.findLast((version) => usable.has(version) && version !== current.version);
    if (to === undefined) {
      throw new ConflictError(
        `No earlier version of ${name} was ${alias}, so there is nothing to go back to. Promote one by hand: mlflow-ts models promote ${name}/VERSION`,
      );
    }
    const at = clock.now();
    const reason = input.reason === undefined ? ROLLBACK : `${ROLLBACK}: ${input.reason}`;
    await setAlias(transaction, { modelName: name, alias, version: to, reason, at });
    if (alias === CHAMPION) {
      await insertPromotionDecision(transaction, {
        modelName: name,
        version: to,
        championVersion: current.version,
        gate: ROLLBACK,
        decision: 'promoted',
        reason,
        numbers: {},
        flowRunId: null,
        at,
      });
    }
    return { from: current.version, to };
  });
}

/** The versions below the present one, oldest first: a promotion lays one on top, a rollback takes the top ones away. */
function earlierVersions(history: readonly AliasHistoryRow[]): readonly number[] {
  const stack: number[] = [];
  for (const { version, reason } of history) {
    const below = reason.startsWith(ROLLBACK) && version !== null ? stack.lastIndexOf(version) : -1;
    if (below >= 0) stack.length = below + 1;
    else if (version !== null) stack.push(version);
  }
  return stack.slice(0, -1);
}
