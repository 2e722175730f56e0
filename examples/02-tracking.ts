/**
 * Params, metrics, tags and files of a training that is your own code, and how runs are compared.
 *
 *   mlflow-ts run examples/02-tracking.ts -p rate=0.1
 *   mlflow-ts run examples/02-tracking.ts -p rate=0.5
 *   mlflow-ts experiments show fit-line
 */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { flow, logArtifact, logMetric, logMetrics, logParams, setTags, task } from 'mlflow-ts';
import { z } from 'zod';

type Line = { readonly slope: number; readonly offset: number };

/** Points of the line 3x + 1, so that everybody can see whether it is found. */
const POINTS = Array.from({ length: 20 }, (_, index) => ({ x: index / 10, y: (3 * index) / 10 + 1 }));

const fit = task({ name: 'fit' }, ({ rate, steps }: { rate: number; steps: number }, { progress }): Line => {
  logParams({ rate, steps, points: POINTS.length });
  let line: Line = { slope: 0, offset: 0 };
  for (let step = 0; step < steps; step += 1) {
    logMetric('loss', meanSquare(line), { step });
    line = descend(line, rate);
    progress({ done: step + 1, total: steps, unit: 'steps' });
  }
  return line;
});

const keepLine = task({ name: 'keep-line' }, async ({ line }: { line: Line }) => {
  const folder = await mkdtemp(join(tmpdir(), 'fit-line-'));
  try {
    await writeFile(join(folder, 'line.json'), JSON.stringify(line));
    await logArtifact(join(folder, 'line.json'));
  } finally {
    await rm(folder, { recursive: true });
  }
});

/** points ──▶ fit ──▶ keep the line ──▶ loss */
export const fitLine = flow(
  {
    name: 'fit-line',
    description: 'Fits a line by gradient descent and logs how it went',
    parameters: z.strictObject({
      rate: z.number().positive().default(0.3).describe('Learning rate'),
      steps: z.int().min(1).max(10_000).default(100),
      experiment: z.string().default('fit-line').describe('Experiment that the run belongs to'),
    }),
  },
  async ({ rate, steps }) => {
    setTags({ kind: 'example' });
    const line = await fit({ rate, steps });
    await keepLine({ line });
    const loss = meanSquare(line);
    logMetrics({ finalLoss: loss, slope: line.slope, offset: line.offset });
    return { line, loss };
  },
);

function meanSquare(line: Line): number {
  return POINTS.reduce((sum, { x, y }) => sum + (line.slope * x + line.offset - y) ** 2, 0) / POINTS.length;
}

function descend({ slope, offset }: Line, rate: number): Line {
  const errors = POINTS.map(({ x, y }) => ({ x, error: slope * x + offset - y }));
  const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
  return {
    slope: slope - rate * mean(errors.map(({ x, error }) => error * x)),
    offset: offset - rate * mean(errors.map(({ error }) => error)),
  };
}
