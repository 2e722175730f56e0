import { readFile } from 'node:fs/promises';
import path from 'node:path';
import * as z from 'zod';
import { DataError } from '../core/errors.ts';
import type { TestOutcome } from './paired-comparison.ts';

const schema = z.object({
  classNames: z.array(z.string()),
  sampleIds: z.array(z.string()),
  /** Index into classNames, the true class. */
  labels: z.array(z.int().min(0)),
  /** Index into classNames, the predicted class. */
  predicted: z.array(z.int().min(0)),
  /** The same of the disturbed images; versions of before there were any have none. */
  robustPredicted: z.array(z.int().min(0)).exactOptional(),
});

/** What a version predicted for each sample of its test split; kept so that a later gate can compare on the same samples. */
export type TestPredictions = Readonly<z.infer<typeof schema>>;

export const TEST_PREDICTIONS_FILE = 'test-predictions.json';

/** The test predictions kept with a version, or undefined when it was saved without. @throws DataError when damaged. */
export async function readTestPredictions(versionFolder: string): Promise<TestPredictions | undefined> {
  const file = path.join(versionFolder, TEST_PREDICTIONS_FILE);
  const text = await readFile(file, 'utf8').catch((error: unknown) => {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  });
  return text === undefined ? undefined : parseTestPredictions(text, file);
}

/** Test predictions from JSON text that was read at `where`. @throws DataError when it is something else. */
export function parseTestPredictions(text: string, where: string): TestPredictions {
  try {
    return schema.parse(JSON.parse(text));
  } catch (error) {
    throw new DataError(`${where} is damaged. Train and register the model again.`, { cause: error });
  }
}

/** Which samples were right, with the name of each sample's true class. */
export function testOutcome(predictions: TestPredictions): TestOutcome & { readonly classes: readonly string[] } {
  const { sampleIds, labels, predicted, robustPredicted, classNames } = predictions;
  const rightIn = (answers: readonly number[]) => labels.map((label, index) => label === answers[index]);
  return {
    sampleIds,
    correct: rightIn(predicted),
    ...(robustPredicted === undefined ? {} : { robustCorrect: rightIn(robustPredicted) }),
    classes: labels.map((label) => classNames[label] ?? String(label)),
  };
}
