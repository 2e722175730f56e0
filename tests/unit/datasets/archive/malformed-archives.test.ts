import path from 'node:path';
import { expect, test } from '@jest/globals';
import { temporaryFolder } from '../../../helpers/dataset-files.ts';
import { unpackMalformed } from '../../../helpers/malformed-archives.ts';

const COUNT = 100;

test(`${COUNT} malformed archives are unpacked or refused: no crash, no hang, nothing outside of the folder`, async () => {
  const folder = path.join(await temporaryFolder(), 'work');
  const complaints: string[] = [];
  let taken = 0;
  for (let number = 1; number <= COUNT; number += 1) {
    const outcome = await unpackMalformed(folder, 'malformed archive', number);
    if (outcome.complaint !== undefined) complaints.push(`archive ${number} ${outcome.complaint}`);
    if (outcome.taken) taken += 1;
  }
  expect(complaints).toEqual([]);
  // Both happen: else the mutations are too weak, or too strong, to show anything.
  expect(taken).toBeGreaterThan(COUNT / 20);
  expect(taken).toBeLessThan(COUNT / 2);
});
