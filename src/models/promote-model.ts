import type { Clock } from '../core/clock.ts';
import { ConflictError } from '../core/errors.ts';
import type { FlowRunId } from '../core/ids.ts';
import { toJson } from '../core/to-json.ts';
import { getAlias, setAlias } from '../registry/model-aliases.ts';
import { insertPromotionDecision } from '../registry/promotion-decisions.ts';
import { withTransaction, type RegistryDb } from '../registry/registry-db.ts';
import { CHAMPION, findModelVersionRow } from './find-model-version.ts';
import { checkAlias } from './model-reference.ts';
import type { GateDecision } from './superior-gate.ts';

type Registered = { readonly name: string; readonly version: number };

/**
 * Records what a gate decided about a version, with its numbers, and makes it champion when it was promoted.
 * `championVersion` is the version the gate compared with (null: there was none).
 * @throws ConflictError when the champion is another one by now: the comparison says nothing about that.
 */
export async function applyGateDecision(
  db: RegistryDb,
  clock: Clock,
  input: Registered & {
    readonly gate: string;
    readonly championVersion: number | null;
    readonly decision: GateDecision;
    readonly flowRunId?: FlowRunId;
  },
): Promise<void> {
  const { name, version, gate, championVersion, decision, flowRunId } = input;
  await withTransaction(db, async (transaction) => {
    await findModelVersionRow(transaction, { kind: 'version', name, version });
    const current = (await getAlias(transaction, name, CHAMPION))?.version ?? null;
    if (current !== championVersion) {
      throw new ConflictError(
        `The champion of ${name} changed from ${nameVersion(championVersion)} to ${nameVersion(current)} while version ${version} was compared with it. Compare again.`,
      );
    }
    const at = clock.now();
    await insertPromotionDecision(transaction, {
      modelName: name,
      version,
      championVersion,
      gate,
      decision: decision.decision,
      reason: decision.reason,
      numbers: toJson(decision.numbers),
      flowRunId: flowRunId ?? null,
      at,
    });
    if (decision.decision === 'promoted' && current !== version) {
      const { reason } = decision;
      await setAlias(transaction, { modelName: name, alias: CHAMPION, version, reason, at, ...linkTo(flowRunId) });
    }
  });
}

/**
 * Gives a version an alias (default `champion`) by hand, taking it from the version that had it; recorded as a decision of
 * the gate `manual` when it is about the champion.
 * @returns the version that had the alias before, or undefined.
 * @throws NotFoundError, ParameterError for an alias that is not allowed, ConflictError when the version has it already.
 */
export async function promoteModel(
  db: RegistryDb,
  clock: Clock,
  input: Registered & { readonly alias?: string; readonly reason?: string; readonly flowRunId?: FlowRunId },
): Promise<number | undefined> {
  const { name, version, alias = CHAMPION, reason = 'promoted by hand', flowRunId } = input;
  checkAlias(alias);
  return withTransaction(db, async (transaction) => {
    await findModelVersionRow(transaction, { kind: 'version', name, version });
    const previous = (await getAlias(transaction, name, alias))?.version;
    if (previous === version) throw new ConflictError(`Version ${version} of ${name} is ${alias} already.`);
    const at = clock.now();
    if (alias === CHAMPION) {
      await insertPromotionDecision(transaction, {
        modelName: name,
        version,
        championVersion: previous ?? null,
        gate: 'manual',
        decision: 'promoted',
        reason,
        numbers: {},
        flowRunId: flowRunId ?? null,
        at,
      });
    }
    await setAlias(transaction, { modelName: name, alias, version, reason, at, ...linkTo(flowRunId) });
    return previous;
  });
}

function linkTo(flowRunId: FlowRunId | undefined): { readonly flowRunId?: FlowRunId } {
  return flowRunId === undefined ? {} : { flowRunId };
}

function nameVersion(version: number | null): string {
  return version === null ? 'none' : `version ${version}`;
}
