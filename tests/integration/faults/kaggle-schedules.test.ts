import { expect, test } from '@jest/globals';
import { runKaggleSchedule } from '../../faults/kaggle-schedule.ts';

test.each(Array.from({ length: 20 }, (_, at) => String(at + 1)))(
  'whatever the server does (seed %s), a fetch ends with the dataset that was served or with an error that says why',
  async (seed) => {
    const { problems, tries } = await runKaggleSchedule(seed);
    expect(problems).toEqual([]);
    expect(tries.length).toBeGreaterThan(0);
  },
);
