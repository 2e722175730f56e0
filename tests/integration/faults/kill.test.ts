import path from 'node:path';
import { expect, test } from '@jest/globals';
import { choresScenario, pipelineScenario } from '../../faults/scenarios.ts';
import { runUndisturbed, tormentJob } from '../../faults/torment-job.ts';
import { drawCorners } from '../../helpers/project.ts';

// Ten kills; `npm run torture` makes two hundred, at moments of a new seed.

const pipeline = pipelineScenario('folder:corners', (folder) => drawCorners(path.join(folder, 'corners'), 20));

test.each([
  ['orphaned Running after crash: a flow of many short tasks', choresScenario, 8],
  ['retry/resume: the shipped pipeline with its children', pipeline, 2],
])(
  '%s, killed again and again, leaves nothing open, half-written or running, and is finished by retries that repeat nothing',
  async (_, scenario, wanted) => {
    const undisturbed = await runUndisturbed(scenario);
    let kills = 0;
    for (let number = 1; kills < wanted; number += 1) {
      const job = await tormentJob(scenario, { seed: `test ${number}`, kills: wanted - kills, undisturbed });
      expect(job).toMatchObject({ problems: [] });
      kills += job.kills.length;
    }
  },
);
