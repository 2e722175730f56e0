import { expect, test } from '@jest/globals';
import { seededRandom } from '../../../../src/core/seeded-random.ts';
import { linearDiscriminant } from '../../../../src/training/backbones/linear-discriminant.ts';

/** Three classes in three dimensions: what tells them apart is small beside what all share. */
function draw(count: number, seed: number) {
  const random = seededRandom('discriminant', seed);
  const labels = Int32Array.from({ length: count }, (_, row) => row % 3);
  const inputs = new Float32Array(count * 3);
  labels.forEach((label, row) => {
    const common = 10 * random.normal();
    inputs.set([common + label, common + 0.3 * random.normal(), common - label + 0.3 * random.normal()], row * 3);
  });
  return { inputs, labels, count, shape: [3] };
}

function accuracy(
  { kernel, bias }: ReturnType<typeof linearDiscriminant>,
  { inputs, labels, count }: ReturnType<typeof draw>,
) {
  const correct = labels.filter((label, row) => {
    const logits = [0, 1, 2].map((unit) =>
      [0, 1, 2].reduce((sum, feature) => sum + inputs[row * 3 + feature]! * kernel[feature * 3 + unit]!, bias[unit]!),
    );
    return logits.indexOf(Math.max(...logits)) === label;
  });
  return correct.length / count;
}

test('tells classes apart whose difference is small beside what their features share', () => {
  expect(accuracy(linearDiscriminant(draw(300, 1), 3, 1e-4), draw(300, 2))).toBeGreaterThan(0.95);
  // Wholly shrunk it is the nearest class mean, which what is shared drowns.
  expect(accuracy(linearDiscriminant(draw(300, 1), 3, 1), draw(300, 2))).toBeLessThan(0.6);
});

test('takes features that never change and classes without samples', () => {
  const { inputs, labels } = draw(30, 3);
  const wide = Float32Array.from({ length: 30 * 4 }, (_, at) =>
    at % 4 === 3 ? 7 : inputs[Math.floor(at / 4) * 3 + (at % 4)]!,
  );
  const { kernel, bias } = linearDiscriminant({ inputs: wide, labels, count: 30, shape: [4] }, 4, 0.1);
  expect([...kernel, ...bias].every(Number.isFinite)).toBe(true);
});
