import { isSuccessful } from '../../../core/run-state.ts';
import type { TaskContext, TaskRunInfo } from '../../../engine/run-contexts.ts';
import { CHAMPION } from '../../../models/find-model-version.ts';
import { applyGateDecision } from '../../../models/promote-model.ts';
import { superiorGate, type GateDecision } from '../../../models/superior-gate.ts';
import { testOutcome } from '../../../models/test-predictions.ts';
import { getAlias } from '../../../registry/model-aliases.ts';
import { listPromotionDecisions } from '../../../registry/promotion-decisions.ts';
import type { RegistryDb } from '../../../registry/registry-db.ts';
import { listStateHistory } from '../../../registry/state-history.ts';
import { championOutcome } from '../../evaluation/champion-outcome.ts';
import { readPredictions } from '../../evaluation/stored-predictions.ts';
import type { AppServices } from '../../services.ts';
import type { StudyReference } from '../../studies.ts';
import type { ModelEvaluation } from './evaluate-model.ts';
import type { SavedModel } from './save-model.ts';

/** What `promoteModel` takes. */
export type PromoteModelInput = {
  readonly study: StudyReference;
  readonly version: SavedModel;
  readonly evaluation: ModelEvaluation;
  readonly gate: 'superior' | 'manual';
};

/** What the gate decided, and why. */
export type Promotion = {
  readonly decision: 'promoted' | 'kept';
  readonly reason: string;
  /** The champion it was compared with; null when there was none. */
  readonly championVersion: number | null;
};

/** The body of the task `promoteModel`. */
export async function promoteModelBody(
  { study, version, evaluation, gate }: PromoteModelInput,
  { services, run, log, signal }: TaskContext<AppServices>,
): Promise<Promotion> {
  const { registry, clock, storage } = services;
  const { name } = version;
  const decided = await decidedBefore(registry.db, version, run);
  if (decided !== undefined) return decided;
  const predictions = await readPredictions(storage, evaluation.predictions);
  const championVersion = (await getAlias(registry.db, name, CHAMPION))?.version ?? null;
  const champion =
    championVersion === null
      ? undefined
      : await championOutcome(services, { name, version: championVersion, study, predictions }, signal);
  const compared = superiorGate({
    challenger: testOutcome(predictions),
    ...(champion === undefined ? {} : { champion }),
  });
  const decision = gate === 'manual' ? byHand(compared, version) : compared;
  await applyGateDecision(registry.db, clock, {
    name,
    version: version.version,
    gate,
    championVersion,
    decision,
    flowRunId: run.flowRunId,
  });
  log.info(`${name} version ${version.version} ${decision.decision}: ${decision.reason}`);
  return { decision: decision.decision, reason: decision.reason, championVersion };
}

/**
 * What an earlier attempt of this task decided that died before its end was recorded: asked again, the gate would compare the
 * version with itself. A task that had ended, and is executed again on request, decides anew.
 */
async function decidedBefore(
  db: RegistryDb,
  { name, version }: SavedModel,
  { flowRunId, taskRunId }: TaskRunInfo,
): Promise<Promotion | undefined> {
  const decisions = await listPromotionDecisions(db, name, version);
  const last = decisions.find((decision) => decision.flowRunId === flowRunId);
  if (last === undefined) return undefined;
  const history = await listStateHistory(db, taskRunId);
  if (history.some(({ state }) => isSuccessful(state.kind) && state.at >= last.at)) return undefined;
  const { decision, reason, championVersion } = last;
  return { decision, reason, championVersion };
}

function byHand({ decision, reason, numbers }: GateDecision, { name, version }: SavedModel): GateDecision {
  return {
    decision: 'kept',
    reason:
      `the gate is manual (promote it with: mlflow-ts models promote ${name}/${version}); ` +
      `superior would have ${decision === 'promoted' ? 'promoted' : 'kept'} it: ${reason}`,
    numbers,
  };
}
