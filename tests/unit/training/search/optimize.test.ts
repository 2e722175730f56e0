import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { setTimeout as delay } from 'node:timers/promises';
import type { TensorCacheId } from '../../../../src/core/ids.ts';
import { CancelledError, ParameterError, TrainingError } from '../../../../src/core/errors.ts';
import type { Registry } from '../../../../src/registry/open-registry.ts';
import { getStudy } from '../../../../src/registry/studies.ts';
import { claimTrial, listTrials } from '../../../../src/registry/trials.ts';
import { aStudy, deadOwner, optimizeX, temporaryRegistry } from '../../../helpers/studies.ts';

let registry: Registry;
let name = 0;
const newStudy = (changes: Parameters<typeof aStudy>[1] = {}): ReturnType<typeof aStudy> =>
  aStudy(registry.db, { name: `study-${name}`, ...changes });
const states = async (study: { id: Parameters<typeof listTrials>[1] }): Promise<string[]> =>
  (await listTrials(registry.db, study.id)).map((trial) => trial.state);

beforeAll(async () => {
  registry = await temporaryRegistry();
});
beforeEach(() => {
  name += 1;
});
afterAll(() => registry.close());

describe('a study', () => {
  test('runs every point of its grid in order and names the best', async () => {
    const study = await newStudy();
    const outcome = await optimizeX(registry.db, study, {
      runTrial: (trial) => Promise.resolve({ value: Number(trial.params.x), metrics: { x: Number(trial.params.x) } }),
    });
    expect(outcome.trials.map((trial) => trial.params.x)).toEqual([1, 2, 3, 4, 5, 6]);
    expect(outcome).toMatchObject({
      planned: 6,
      complete: 6,
      failed: 0,
      best: { number: 5, value: 6, metrics: { x: 6 } },
    });
    expect(await getStudy(registry.db, study.id)).toMatchObject({ state: 'finished' });
  });

  test('the lower value wins when minimising, the lower number among equals', async () => {
    const study = await newStudy({ objectives: [{ metric: 'loss', direction: 'minimize' }] });
    const outcome = await optimizeX(registry.db, study, {
      runTrial: (trial) => Promise.resolve({ value: [3, 1, 2, 1, 1, 3][trial.number]! }),
    });
    expect(outcome.best.number).toBe(1);
  });

  test('runs as many trials at once as it has workers, and no more than asked for in all', async () => {
    let running = 0;
    let most = 0;
    const outcome = await optimizeX(registry.db, await newStudy(), {
      workers: 3,
      maxTrials: 5,
      runTrial: async (trial) => {
        running += 1;
        most = Math.max(most, running);
        await delay(50);
        running -= 1;
        return { value: trial.number };
      },
    });
    expect(most).toBe(3);
    expect(outcome.trials.map((trial) => trial.number)).toEqual([0, 1, 2, 3, 4]);
  });

  test('tells its plan and each change of a trial', async () => {
    const heard: unknown[] = [];
    await optimizeX(registry.db, await newStudy(), {
      maxTrials: 2,
      onPlan: (plan) => heard.push(plan),
      onTrial: (trial) => heard.push([trial.number, trial.state, trial.attempt, trial.value]),
    });
    expect(heard).toEqual([
      { planned: 2, size: 6, kept: 0, retried: 0 },
      [0, 'running', 1, null],
      [0, 'complete', 1, 1],
      [1, 'running', 1, null],
      [1, 'complete', 1, 2],
    ]);
  });

  test('a random search over a continuous range needs to be told how many trials', async () => {
    const space = { x: { float: [0, 1] } };
    const study = await newStudy({ sampler: 'random', space });
    await expect(optimizeX(registry.db, study)).rejects.toThrow(/no end of points; say how many/);
    const outcome = await optimizeX(registry.db, study, { maxTrials: 3 });
    expect(new Set(outcome.trials.map((trial) => trial.params.x)).size).toBe(3);
  });
});

describe('failed trials', () => {
  const failOdd = (trial: { number: number }): Promise<{ value: number }> =>
    trial.number % 2 === 1
      ? Promise.reject(new TrainingError(`trial ${trial.number} diverged`))
      : Promise.resolve({ value: trial.number });

  test('are recorded with their error and the study goes on', async () => {
    const study = await newStudy();
    const outcome = await optimizeX(registry.db, study, { runTrial: failOdd });
    expect(outcome).toMatchObject({ complete: 3, failed: 3, best: { number: 4 } });
    expect(outcome.trials[1]).toMatchObject({
      state: 'failed',
      value: null,
      error: { code: 'TRAINING', message: 'trial 1 diverged' },
    });
    expect(await getStudy(registry.db, study.id)).toMatchObject({ state: 'finished' });
  });

  test('a value that is not a number is a failure', async () => {
    const outcome = await optimizeX(registry.db, await newStudy(), {
      runTrial: (trial) => Promise.resolve({ value: trial.number === 5 ? Number.NaN : trial.number }),
    });
    expect(outcome.trials[5]).toMatchObject({ state: 'failed', error: { message: expect.stringContaining('NaN') } });
  });

  test('end the study with an error for those who want that, after all trials', async () => {
    const study = await newStudy();
    const running = optimizeX(registry.db, study, { runTrial: failOdd, failOnFailedTrials: true });
    await expect(running).rejects.toThrow(/3 of 6 trials failed. Trial 1: trial 1 diverged/);
    expect(await states(study)).toEqual(['complete', 'failed', 'complete', 'failed', 'complete', 'failed']);
    expect(await getStudy(registry.db, study.id)).toMatchObject({ state: 'failed' });
  });

  test('end the study when there is no other trial, and are tried again when it is resumed, three times more', async () => {
    const study = await newStudy({ space: { x: { choice: [1] } } });
    const attempts: number[] = [];
    for (let resume = 0; resume < 5; resume += 1) {
      const again = await newStudy({ space: { x: { choice: [1] } } });
      expect(again.id).toBe(study.id);
      const running = optimizeX(registry.db, again, {
        runTrial: (trial) => {
          attempts.push(trial.attempt);
          return Promise.reject(new Error('no memory'));
        },
      });
      await expect(running).rejects.toThrow(/all 1 trials failed. Trial 0: no memory/);
    }
    expect(attempts).toEqual([1, 2, 3, 4]);
  });
});

describe('a stopped study', () => {
  test('keeps what is finished, lets running trials wait, and goes on later', async () => {
    const study = await newStudy();
    const abort = new AbortController();
    const stopping = optimizeX(registry.db, study, {
      signal: abort.signal,
      runTrial: async (trial, signal) => {
        if (trial.number < 3) return { value: trial.number };
        abort.abort(new CancelledError('Ctrl-C'));
        await delay(10_000, undefined, { signal });
        return { value: 0 };
      },
    });
    await expect(stopping).rejects.toThrow('Ctrl-C');
    expect(await states(study)).toEqual(['complete', 'complete', 'complete', 'waiting']);
    expect(await getStudy(registry.db, study.id)).toMatchObject({ state: 'stopped' });

    const ran: number[] = [];
    const plans: unknown[] = [];
    const outcome = await optimizeX(registry.db, await newStudy(), {
      onPlan: (plan) => plans.push(plan),
      runTrial: (trial) => {
        ran.push(trial.number);
        return Promise.resolve({ value: trial.number });
      },
    });
    expect(ran).toEqual([3, 4, 5]);
    expect(plans).toEqual([{ planned: 6, size: 6, kept: 3, retried: 0 }]);
    expect(outcome).toMatchObject({ complete: 6, best: { number: 5 } });
  });

  test('takes over the running trials of a dead process, and what that one still writes is refused', async () => {
    const study = await newStudy();
    const first = optimizeX(registry.db, study, { maxTrials: 1 });
    await first;
    await registry.db
      .updateTable('trials')
      .set({ state: 'running', value: null, owner_json: JSON.stringify(deadOwner) })
      .where('study_id', '=', study.id)
      .execute();
    const plans: unknown[] = [];
    const outcome = await optimizeX(registry.db, await newStudy(), {
      maxTrials: 2,
      onPlan: (plan) => plans.push(plan),
    });
    expect(plans).toEqual([{ planned: 2, size: 6, kept: 0, retried: 1 }]);
    expect(outcome.trials.map((trial) => [trial.number, trial.attempt, trial.state])).toEqual([
      [0, 2, 'complete'],
      [1, 1, 'complete'],
    ]);
  });

  test('waits for a trial that another living process runs, and takes it over when that one dies', async () => {
    const study = await newStudy({ space: { x: { int: [1, 2] } } });
    await optimizeX(registry.db, study, { maxTrials: 1 });
    await registry.db
      .updateTable('trials')
      .set({ state: 'running', value: null, owner_json: JSON.stringify(deadOwner) })
      .where('study_id', '=', study.id)
      .execute();
    let asked = 0;
    const outcome = await optimizeX(registry.db, study, {
      isAlive: () => {
        asked += 1;
        return asked < 3;
      },
    });
    expect(outcome.trials.map((trial) => [trial.number, trial.attempt])).toEqual([
      [0, 2],
      [1, 1],
    ]);
  });

  test('a trial is claimed once', async () => {
    const study = await newStudy();
    await optimizeX(registry.db, study, { maxTrials: 1 });
    await registry.db
      .updateTable('trials')
      .set({ state: 'waiting', owner_json: null })
      .where('study_id', '=', study.id)
      .execute();
    const claim = { studyId: study.id, owner: deadOwner, at: 1 };
    const claimed = await Promise.all([1, 2, 3].map(() => claimTrial(registry.db, claim)));
    expect(claimed.filter((trial) => trial !== undefined)).toHaveLength(1);
  });

  test('is not continued with another space, seed, cache or settings; the message tells every difference', async () => {
    await newStudy();
    const changed = newStudy({
      space: { x: { int: [1, 7] } },
      seed: 8,
      settings: { epochs: 5 },
      tensorCacheId: 'other' as TensorCacheId,
    });
    await expect(changed).rejects.toBeInstanceOf(ParameterError);
    await expect(changed).rejects.toThrow(
      /search space: was .*\[1,6\].*, now .*\[1,7\][^]*tensor cache: was "cache", now "other"[^]*seed: was 7, now 8[^]*"epochs":3.*"epochs":5[^]*new study under another name/,
    );
  });

  test('is continued when only the order of names differs, in the order it was declared first', async () => {
    const study = await newStudy({ space: { x: { int: [1, 2] }, a: { choice: [1, 2] } } });
    await optimizeX(registry.db, study, { maxTrials: 1 });
    const again = await newStudy({ space: { a: { choice: [1, 2] }, x: { int: [1, 2] } } });
    const outcome = await optimizeX(registry.db, again);
    expect(outcome.trials.map(({ params }) => [params.x, params.a])).toEqual([
      [1, 1],
      [1, 2],
      [2, 1],
      [2, 2],
    ]);
  });
});
