import type { AppServices } from '../../src/app/services.ts';
import { finishedTasks } from './inspect-job.ts';
import type { Scenario } from './scenarios.ts';

/** Remembers which tasks of a job have finished, from one look to the next. */
export type FinishedWatch = {
  /** How many are known to have. */
  count(): number;
  /** Which of them were executed again since, and which that finished now left no trace. */
  look(services: AppServices): Promise<string[]>;
};

/** Starts with none; a task counts from the first look on that finds its success in the registry. */
export function watchFinished(scenario: Scenario, folder: string): FinishedWatch {
  const known = new Map<string, { readonly attempt: number; readonly times: number }>();
  return {
    count: () => known.size,
    look: async (services) => {
      const [finished, effects] = [await finishedTasks(services), await scenario.effects(folder)];
      const times = (effect: string): number => effects.get(effect) ?? 0;
      const again = [...known].filter(([id, before]) => {
        const now = finished.get(id);
        return now?.attempt !== before.attempt || times(now.effect) !== before.times;
      });
      const traceless = [...finished.values()].filter(
        ({ effect }) => effects.size > 0 && effect !== '' && times(effect) === 0,
      );
      for (const [id, { attempt, effect }] of finished) {
        if (!known.has(id)) known.set(id, { attempt, times: times(effect) });
      }
      return [
        ...again.map(([id]) => `${finished.get(id)?.name ?? id} had finished and was executed again`),
        ...traceless.map(({ name }) => `${name} has finished and left no trace`),
      ];
    },
  };
}
