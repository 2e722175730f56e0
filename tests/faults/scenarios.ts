import { readFile } from 'node:fs/promises';
import path from 'node:path';
import type { AppServices } from '../../src/app/services.ts';
import type { Json } from '../../src/core/json.ts';
import { listModelVersions } from '../../src/registry/model-versions.ts';
import { chores, choresIn, EFFECTS_FILE } from './chores-flow.ts';

/** A job that is killed until it is done. */
export type Scenario = {
  readonly name: string;
  readonly flow: string;
  /** What must lie in its folder first. */
  readonly prepare?: (folder: string) => Promise<void>;
  /** `-p` options of `run`. */
  readonly parameters: (folder: string) => readonly string[];
  /** How often each side effect that can be counted has happened, by the name of its task's input. */
  readonly effects: (folder: string) => Promise<ReadonlyMap<string, number>>;
  /** What is wrong with a completed job, given the result of one that was never disturbed. */
  readonly verify: (done: CompletedJob) => Promise<string[]>;
};

export type CompletedJob = {
  readonly folder: string;
  readonly services: AppServices;
  readonly result: Json;
  readonly undisturbed: Json;
  /** A killed child fails its trial, which leaves the study with another best. */
  readonly childKilled: boolean;
};

const ROUNDS = 2;

/** Many short tasks of every kind. */
export const choresScenario: Scenario = {
  name: 'chores',
  flow: chores.name,
  parameters: (folder) => [`folder=${folder}`, `rounds=${ROUNDS}`],
  effects: readEffects,
  verify: async ({ folder, result, undisturbed }) => {
    const problems = same('the result', result, undisturbed);
    const effects = await readEffects(folder);
    if (effects.size !== choresIn(ROUNDS))
      problems.push(`${effects.size} of ${choresIn(ROUNDS)} tasks left their trace`);
    return problems;
  },
};

async function readEffects(folder: string): Promise<ReadonlyMap<string, number>> {
  const text = await readFile(path.join(folder, EFFECTS_FILE), 'utf8').catch(() => '');
  const counts = new Map<string, number>();
  for (const line of text.split('\n').filter((name) => name !== '')) counts.set(line, (counts.get(line) ?? 0) + 1);
  return counts;
}

/** The shipped pipeline at a small scale: collected, decoded in children, searched and trained in children, promoted. */
export function pipelineScenario(source: string, prepare?: Scenario['prepare']): Scenario {
  return {
    name: 'pipeline',
    flow: 'pipeline',
    ...(prepare === undefined ? {} : { prepare }),
    parameters: () => [
      `source=${source}`,
      'model=tortured',
      'imageSize=16',
      'split=hash',
      'testShare=0.4',
      'trialEpochs=2',
      'epochs=3',
      'threads=1',
      `space=${JSON.stringify(SPACE)}`,
    ],
    effects: () => Promise.resolve(new Map()),
    verify: verifyPipeline,
  };
}

const SPACE = {
  learningRate: { choice: [0.01, 0.003] },
  filters: { choice: [4] },
  blocks: { choice: [2] },
  batchSize: { choice: [16] },
};

async function verifyPipeline({ services, result, undisturbed, childKilled }: CompletedJob): Promise<string[]> {
  const { db } = services.registry;
  const [now, then] = [result, undisturbed] as unknown as PipelineResult[];
  const problems = same('the dataset version', now!.datasetVersion, then!.datasetVersion);
  if (!childKilled) {
    problems.push(...same('the model', now!.model as Json, then!.model as Json));
    problems.push(...same('the decision', now!.promotion.decision, then!.promotion.decision));
    problems.push(...same('the metrics', now!.metrics, then!.metrics));
  }
  const versions = await listModelVersions(db);
  if (versions.length !== 1) problems.push(`${versions.length} model versions were saved instead of one`);
  const decisions = await db.selectFrom('promotion_decisions').select('id').execute();
  if (decisions.length !== 1) problems.push(`${decisions.length} promotion decisions were recorded instead of one`);
  const trials = await db.selectFrom('trials').select('state').execute();
  if (trials.some(({ state }) => state === 'running')) problems.push('a trial is still running');
  return problems;
}

type PipelineResult = {
  readonly datasetVersion: string;
  readonly model: object;
  readonly metrics: Json;
  readonly promotion: { readonly decision: string };
};

function same(what: string, found: Json, expected: Json): string[] {
  const [left, right] = [JSON.stringify(found), JSON.stringify(expected)];
  return left === right ? [] : [`${what} is ${left.slice(0, 500)} instead of ${right.slice(0, 500)}`];
}
