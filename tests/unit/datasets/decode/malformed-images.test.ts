import { expect, test } from '@jest/globals';
import { decodeMalformed, wholeImages } from '../../../helpers/malformed-images.ts';

const COUNT = 100;

test(`${COUNT} malformed JPEG and PNG files give pixels or a DataError`, async () => {
  const whole = await wholeImages();
  const complaints: string[] = [];
  let taken = 0;
  for (let number = 1; number <= COUNT; number += 1) {
    const outcome = await decodeMalformed(whole, 'malformed image', number);
    if (outcome.complaint !== undefined) complaints.push(`image ${number} ${outcome.complaint}`);
    if (outcome.taken) taken += 1;
  }
  expect(complaints).toEqual([]);
  expect(taken).toBeGreaterThan(0);
  expect(taken).toBeLessThan(COUNT / 2);
});
