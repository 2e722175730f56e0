import { expect, test } from '@jest/globals';
import { createTensorLender } from '../../../../src/training/engines/lent-tensors.ts';

const LARGE = 5000;

test('lends copies and uses the buffer that came back for the next tensor of its size', () => {
  const lender = createTensorLender();
  const data = Float32Array.from({ length: LARGE }, (_, index) => index);
  const first = lender.lend({ batch: { type: 'float32', shape: [LARGE], data } });
  expect(first.tensors).toEqual({ batch: { type: 'float32', shape: [LARGE], data } });
  expect(first.buffers[0]).not.toBe(data.buffer);
  const [sent] = structuredClone(first.buffers, { transfer: [...first.buffers] });
  lender.takeBack([sent!]);
  const labels = new Int32Array(LARGE).fill(7);
  const second = lender.lend({ labels: { type: 'int32', shape: [LARGE], data: labels } });
  expect(second.buffers).toEqual([sent]);
  expect(second.buffers[0]).toBe(sent);
  expect(second.tensors.labels!.data).toEqual(labels);
  expect(data[LARGE - 1]).toBe(LARGE - 1);
});

test('takes another buffer while the first is away, and one for each tensor of a run', () => {
  const lender = createTensorLender();
  const tensor = { type: 'uint8', shape: [20_000], data: new Uint8Array(20_000) } as const;
  const { buffers } = lender.lend({ images: tensor, mask: tensor });
  expect(new Set([...buffers, ...lender.lend({ images: tensor }).buffers]).size).toBe(3);
});

test('leaves small tensors to be cloned, cut out of the buffer they are views of', () => {
  const lender = createTensorLender();
  const whole = new Float32Array(1000).fill(2);
  const rate = Float32Array.of(0.5);
  const { tensors, buffers } = lender.lend({
    rate: { type: 'float32', shape: [], data: rate },
    rows: { type: 'float32', shape: [2], data: whole.subarray(10, 12) },
  });
  expect(buffers).toEqual([]);
  expect(tensors.rate!.data).toBe(rate);
  expect(tensors.rows!.data).toEqual(Float32Array.of(2, 2));
  expect(tensors.rows!.data.buffer.byteLength).toBe(8);
});
