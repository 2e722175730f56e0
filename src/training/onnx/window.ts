import { z } from 'zod';
import type { Window } from './operators.ts';

const pair = z.union([
  z.tuple([z.int(), z.int()]),
  z.tuple([z.int()]).transform(([size]): [number, number] => [size, size]),
  z.int().transform((size): [number, number] => [size, size]),
]);

/** The options that place a window on a map, as TensorFlow.js layers write them. */
export const windowConfig = {
  strides: pair,
  padding: z.enum(['valid', 'same']),
  dataFormat: z.literal('channelsLast').optional(),
};
export const sizeConfig = pair;

/**
 * Where a window of that size goes over maps `[height, width]`. With `same` the output has ⌈size ÷ stride⌉ places and
 * the odd row or column of zeros is put at the end (https://www.tensorflow.org/api_docs/python/tf/nn#notes_on_padding_2).
 */
export function placeWindow(
  maps: readonly [number, number],
  kernel: readonly [number, number],
  { strides, padding }: { readonly strides: readonly [number, number]; readonly padding: 'valid' | 'same' },
): Window {
  const [[top, bottom], [left, right]] = ([0, 1] as const).map((axis) => {
    if (padding === 'valid') return [0, 0] as const;
    const places = Math.ceil(maps[axis] / strides[axis]);
    const total = Math.max((places - 1) * strides[axis] + kernel[axis] - maps[axis], 0);
    return [Math.floor(total / 2), Math.ceil(total / 2)] as const;
  }) as [readonly [number, number], readonly [number, number]];
  return { kernel, strides, pads: [top, left, bottom, right] };
}
