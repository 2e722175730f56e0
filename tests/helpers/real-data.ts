import { existsSync } from 'node:fs';
import path from 'node:path';
import { test } from '@jest/globals';

/** The absolute path of a real data file or folder, e.g. `mnist/train-images-idx3-ubyte.gz`; undefined where it is not installed. */
export function realData(name: string): string | undefined {
  const file = path.resolve(process.env.MLFLOW_TS_REAL_DATA ?? '../shared/data', name);
  return existsSync(file) ? file : undefined;
}

/** A test on real data; where that is not installed it shows as skipped. */
export function testWithRealData(
  title: string,
  name: string,
  body: (path: string) => Promise<void>,
  timeoutMs?: number,
): void {
  const file = realData(name);
  if (file === undefined) test.skip(`${title} (needs ${name}; set MLFLOW_TS_REAL_DATA)`, () => undefined);
  else test(title, () => body(file), timeoutMs);
}
