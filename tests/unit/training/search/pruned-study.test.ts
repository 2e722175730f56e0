import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { setTimeout as delay } from 'node:timers/promises';
import type { Registry } from '../../../../src/registry/open-registry.ts';
import { listTrialReports } from '../../../../src/registry/trial-reports.ts';
import { listTrials } from '../../../../src/registry/trials.ts';
import { createPruner, prunerSettingsSchema } from '../../../../src/training/search/pruners/catalogue.ts';
import { aStudy, deadOwner, optimizeX, temporaryRegistry } from '../../../helpers/studies.ts';
import { createTestClock } from '../../../../src/app/testing/test-clock.ts';

let registry: Registry;
let name = 0;
beforeAll(async () => {
  registry = await temporaryRegistry();
});
beforeEach(() => {
  name += 1;
});
afterAll(() => registry.close());

const newStudy = (changes: Parameters<typeof aStudy>[1] = {}): ReturnType<typeof aStudy> =>
  aStudy(registry.db, { name: `pruned-${name}`, ...changes });

const halving = createPruner(prunerSettingsSchema.parse({ name: 'asha', reductionFactor: 2 }), {
  studyName: 'any',
  direction: 'maximize',
});

describe('a study with a pruner', () => {
  test('stops a trial at the step at which it falls behind, and keeps what it reported', async () => {
    const study = await newStudy({ space: { x: { choice: [4, 5, 1, 6] } } });
    const outcome = await optimizeX(registry.db, study, {
      pruner: halving,
      runTrial: async ({ params }, signal, report) => {
        for (let step = 1; step <= 4; step += 1) {
          report(step, Number(params.x) + step / 10);
          await delay(20);
          signal.throwIfAborted();
        }
        return { value: Number(params.x) };
      },
    });
    expect(outcome).toMatchObject({ complete: 3, pruned: 1, failed: 0, best: { number: 3 } });
    expect(outcome.trials[2]).toMatchObject({ state: 'pruned', value: 1.1, error: null });
    const reports = await listTrialReports(registry.db, study.id);
    expect(reports.get(outcome.trials[2]!.id)).toEqual([{ step: 1, value: 1.1, rungs: 1 }]);
    expect(reports.get(outcome.trials[3]!.id)?.map(({ rungs }) => rungs)).toEqual([1, 2, 2, 3]);

    const plans: unknown[] = [];
    await optimizeX(registry.db, await newStudy({ space: { x: { choice: [4, 5, 1, 6] } } }), {
      pruner: halving,
      onPlan: (plan) => plans.push(plan),
      runTrial: () => Promise.reject(new Error('pruned trials do not come back')),
    });
    expect(plans).toEqual([{ planned: 4, size: 4, kept: 4, retried: 0 }]);
  });

  test('heeds a verdict on the last report also when the trial ended at once', async () => {
    const study = await newStudy({ space: { x: { choice: [2, 1] } } });
    const outcome = await optimizeX(registry.db, study, {
      pruner: halving,
      runTrial: ({ params }, _, report) => {
        report(1, Number(params.x));
        return Promise.resolve({ value: Number(params.x) });
      },
    });
    expect(outcome.trials.map(({ state }) => state)).toEqual(['complete', 'pruned']);
  });

  test('gives no trial up at a report that says it is the last: there is nothing left to save', async () => {
    const study = await newStudy({ space: { x: { choice: [2, 1] } } });
    const outcome = await optimizeX(registry.db, study, {
      pruner: halving,
      runTrial: ({ params }, _, report) => {
        report(1, Number(params.x), true);
        return Promise.resolve({ value: Number(params.x) });
      },
    });
    expect(outcome.trials.map(({ state, value }) => [state, value])).toEqual([
      ['complete', 2],
      ['complete', 1],
    ]);
    expect([...(await listTrialReports(registry.db, study.id)).values()].flat().map(({ rungs }) => rungs)).toEqual([
      1, 1,
    ]);
  });
});

describe('trials of processes that are gone', () => {
  const elsewhere = { ...deadOwner, host: 'elsewhere' };
  const leave = async (study: { id: Parameters<typeof listTrials>[1] }, retries = 0): Promise<void> => {
    await registry.db
      .updateTable('trials')
      .set({ state: 'running', value: null, owner_json: JSON.stringify(elsewhere), retries })
      .where('study_id', '=', study.id)
      .execute();
  };

  test('on another host are taken over when their heartbeat has not moved for the lease time', async () => {
    const study = await newStudy({ space: { x: { choice: [1] } } });
    await optimizeX(registry.db, study, {
      runTrial: (_, __, report) => {
        report(1, 0.5);
        return Promise.resolve({ value: 1 });
      },
    });
    await leave(study);
    const ended = new AbortController();
    const clock = createTestClock({ frozen: true });
    const beats = async (): Promise<void> => {
      await registry.db
        .updateTable('trials')
        .set((row) => ({ heartbeat_seq: row('heartbeat_seq', '+', 1) }))
        .where('study_id', '=', study.id)
        .execute();
    };
    const running = optimizeX(registry.db, study, { clock, isAlive: () => true, leaseMs: 1_000 });
    for (let beat = 0; beat < 4; beat += 1) {
      await beats();
      await clock.advance(600);
      expect((await listTrials(registry.db, study.id))[0]).toMatchObject({ state: 'running', attempt: 1 });
    }
    const outcome = running.finally(() => ended.abort());
    while (!ended.signal.aborted) await clock.advance(600);
    expect(await outcome).toMatchObject({ complete: 1, trials: [{ attempt: 2, retries: 1, state: 'complete' }] });
    expect(await listTrialReports(registry.db, study.id)).toEqual(new Map());
  });

  test('have failed when they were retried too often', async () => {
    const study = await newStudy({ space: { x: { choice: [1] } } });
    await optimizeX(registry.db, study);
    await leave(study, 3);
    await expect(optimizeX(registry.db, study, { isAlive: () => false })).rejects.toThrow(
      /all 1 trials failed. Trial 0: The process that ran trial 0 .* retried 3 times already/,
    );
  });

  test('a stopped study costs no retry', async () => {
    const study = await newStudy({ space: { x: { choice: [1] } } });
    const stop = new AbortController();
    const stopped = optimizeX(registry.db, study, {
      signal: stop.signal,
      runTrial: () => {
        stop.abort(new Error('Ctrl-C'));
        return Promise.reject(new Error('aborted'));
      },
    });
    await expect(stopped).rejects.toThrow('Ctrl-C');
    expect((await listTrials(registry.db, study.id))[0]).toMatchObject({ state: 'waiting', retries: 0 });
  });
});

describe('a study of several metrics', () => {
  const objectives = [
    { metric: 'accuracy', direction: 'maximize' },
    { metric: 'parameters', direction: 'minimize' },
  ] as const;

  test('keeps a value for each, and its best trial is the one of the Pareto front with the best first metric', async () => {
    const study = await newStudy({ space: { x: { choice: [1, 2, 3] } }, objectives });
    const given = [
      { value: 0.8, metrics: { parameters: 10 } },
      { value: 0.9, metrics: { parameters: 90 } },
      { value: 0.7, metrics: { parameters: 20 } },
    ];
    const outcome = await optimizeX(registry.db, study, { runTrial: ({ number }) => Promise.resolve(given[number]!) });
    expect(outcome.best).toMatchObject({ number: 1, metrics: { parameters: 90 } });
  });

  test('a trial that lacks one has failed', async () => {
    const study = await newStudy({ space: { x: { choice: [1, 2] } }, objectives });
    const outcome = await optimizeX(registry.db, study, {
      runTrial: ({ number }) => Promise.resolve({ value: 1, metrics: number === 0 ? {} : { parameters: 4 } }),
    });
    expect(outcome.trials[0]?.error?.message).toContain("The trial's parameters is missing, not a number");
  });
});
