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
  dilationRate: pair.optional(),
};
export const sizeConfig = pair;

/**
 * Where a window of that size goes over maps `[height, width]`. With `same` the output has ⌈size ÷ stride⌉ places and
 * the odd row or column of zeros is put at the end (https://www.tensorflow.org/api_docs/python/tf/nn#notes_on_padding_2).
 */
export function placeWindow(
  maps: readonly [number, number],
  kernel: readonly [number, number],
  { strides, padding, dilationRate: dilations = [1, 1] }: Placing,
): Window {
  const [[top, bottom], [left, right]] = ([0, 1] as const).map((axis) => {
    if (padding === 'valid') return [0, 0] as const;
    const places = Math.ceil(maps[axis] / strides[axis]);
    const reach = (kernel[axis] - 1) * dilations[axis] + 1;
    const total = Math.max((places - 1) * strides[axis] + reach - maps[axis], 0);
    return [Math.floor(total / 2), Math.ceil(total / 2)] as const;
  }) as [readonly [number, number], readonly [number, number]];
  return { kernel, strides, dilations, pads: [top, left, bottom, right] };
}

type Placing = {
  readonly strides: readonly [number, number];
  readonly padding: 'valid' | 'same';
  readonly dilationRate?: readonly [number, number] | undefined;
};

/** How many rows and columns a window spans, dilation included. */
export function reachOf({ kernel, dilations }: Window): readonly [number, number] {
  return [(kernel[0] - 1) * dilations[0] + 1, (kernel[1] - 1) * dilations[1] + 1];
}

/** How many places a window has on maps of that size. */
export function placesOf([height, width]: readonly [number, number], window: Window): readonly [number, number] {
  const { strides, pads } = window;
  const [reachedRows, reachedColumns] = reachOf(window);
  return [
    Math.floor((height + pads[0] + pads[2] - reachedRows) / strides[0]) + 1,
    Math.floor((width + pads[1] + pads[3] - reachedColumns) / strides[1]) + 1,
  ];
}

/** How many rows and columns at the end of maps of that size no window reaches. */
export function unreachedBy(
  window: Window,
  [height, width]: readonly number[],
  [rows, columns]: readonly number[],
): readonly [number, number] {
  const { strides, pads } = window;
  const [reachedRows, reachedColumns] = reachOf(window);
  return [
    height! + pads[0] + pads[2] - (strides[0] * (rows! - 1) + reachedRows),
    width! + pads[1] + pads[3] - (strides[1] * (columns! - 1) + reachedColumns),
  ];
}

/** The elements of a window, row by row, as `[row, column]` of the first place they see. */
export function windowCells({ kernel: [rows, columns], dilations }: Window): (readonly [number, number])[] {
  return Array.from(
    { length: rows * columns },
    (_, index) => [Math.floor(index / columns) * dilations[0], (index % columns) * dilations[1]] as const,
  );
}

/** Whether no two windows overlap. */
export function isTiling(window: Window): boolean {
  const reach = reachOf(window);
  return reach[0] <= window.strides[0] && reach[1] <= window.strides[1];
}

/** For every place of an average pool, row by row: 1 ÷ the number of values inside the maps that it is the mean of. */
export function shareOfPlaces([height, width]: readonly [number, number], window: Window): number[] {
  const [rows, columns] = placesOf([height, width], window);
  const inside = (place: number, axis: 0 | 1, size: number): number => {
    const from = place * window.strides[axis] - window.pads[axis];
    return Math.min(from + window.kernel[axis], size) - Math.max(from, 0);
  };
  return Array.from(
    { length: rows * columns },
    (_, index) => 1 / (inside(Math.floor(index / columns), 0, height) * inside(index % columns, 1, width)),
  );
}
