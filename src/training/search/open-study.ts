import type { Clock } from '../../core/clock.ts';
import { ParameterError } from '../../core/errors.ts';
import {
  newStudyId,
  type DatasetVersionId,
  type ExperimentId,
  type FlowRunId,
  type TensorCacheId,
} from '../../core/ids.ts';
import { canonicalJson, type Json, type JsonObject } from '../../core/json.ts';
import { withTransaction, type RegistryDb } from '../../registry/registry-db.ts';
import { insertStudy, listStudies, type Objectives, type StudyRow } from '../../registry/studies.ts';
import { describeSearchSpace } from './parse-search-space.ts';
import { spaceFingerprint, type SearchSpace } from './search-space.ts';

/** Everything that decides what a study's trials give; a study can be resumed under the same specification only. */
export type StudySpecification = {
  readonly name: string;
  readonly experimentId: ExperimentId;
  readonly flowRunId: FlowRunId | null;
  readonly datasetVersionId: DatasetVersionId;
  readonly tensorCacheId: TensorCacheId;
  readonly space: SearchSpace;
  /** One of SAMPLER_NAMES. */
  readonly sampler: string;
  readonly seed: number;
  /** What the trials are ranked by, e.g. `validationAccuracy`; the first is a trial's `value`. */
  readonly objectives: Objectives;
  /** What all trials share: architecture, epochs, engine …. */
  readonly settings: JsonObject;
};

/**
 * The study of that name, or a new one.
 * @throws ParameterError naming everything that differs when a study of that name searched something else.
 */
export async function openStudy(
  db: RegistryDb,
  clock: Clock,
  specification: StudySpecification,
): Promise<{ readonly study: StudyRow; readonly resumed: boolean }> {
  return withTransaction(db, async (transaction) => {
    const [existing] = await listStudies(transaction, { name: specification.name, limit: 1 });
    if (existing !== undefined) {
      refuseOther(existing, specification);
      return { study: existing, resumed: true };
    }
    const { space, ...rest } = specification;
    const study: StudyRow = {
      ...rest,
      id: newStudyId(),
      space: describeSearchSpace(space),
      spaceHash: spaceFingerprint(space),
      state: 'running',
      createdAt: clock.now(),
      endedAt: null,
    };
    await insertStudy(transaction, study);
    return { study, resumed: false };
  });
}

function refuseOther(study: StudyRow, wanted: StudySpecification): void {
  const compared: readonly (readonly [string, Json, Json])[] = [
    ['tensor cache', study.tensorCacheId, wanted.tensorCacheId],
    ['sampler', study.sampler, wanted.sampler],
    ['seed', study.seed, wanted.seed],
    ['metrics', study.objectives, wanted.objectives],
    ['settings', study.settings, wanted.settings],
  ];
  const differences = compared
    .filter(([, recorded, given]) => canonicalJson(recorded) !== canonicalJson(given))
    .map(([what, recorded, given]) => `${what}: was ${canonicalJson(recorded)}, now ${canonicalJson(given)}`);
  if (study.spaceHash !== spaceFingerprint(wanted.space)) {
    const given = canonicalJson(describeSearchSpace(wanted.space));
    differences.unshift(`search space: was ${canonicalJson(study.space)}, now ${given}`);
  }
  if (differences.length === 0) return;
  throw new ParameterError(
    `Study "${study.name}" searched something else, so its trials cannot be continued:\n` +
      `${differences.map((line) => `  - ${line}`).join('\n')}\nStart a new study under another name, or restore the old settings.`,
    { details: { study: study.id, differences } },
  );
}
