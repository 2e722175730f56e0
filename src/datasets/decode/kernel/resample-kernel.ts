import { encodeWasm, type WasmFunction } from './encode-wasm.ts';
import {
  add,
  addNumbers,
  advance,
  firstNumber,
  get,
  interleaveFirst,
  interleaveLast,
  isLess,
  load,
  loadBytes,
  loadHalf,
  loadSpread,
  multiplyNumbers,
  multiplyPairs,
  narrowNumbers,
  narrowToBytes,
  number,
  numbers,
  repeat,
  set,
  shiftNumbers,
  store,
  storeBytes,
  subtract,
  widenFirst,
  widenLast,
  widenNumbers,
} from './instructions.ts';

/** Weights are multiples of 1/2^14, sums of rows of 1/2^6. */
export const WEIGHT_BITS = 14;
const SUM_BITS = 6;
/** How many values of a row are summed up at a time. */
export const LANES = 16;

/** Grows by pages of 64 KiB, which gives it a new buffer. */
export type WasmMemory = { readonly buffer: ArrayBuffer; grow(pages: number): number };

/** All but the numbers of the last parameters are places in `memory`. */
export type ResampleKernel = {
  readonly memory: WasmMemory;
  /**
   * Sums up rows of uint8, weighted, to a line of uint16 `[length]`; reads and writes up to a multiple of LANES. `weights` int16
   * `[2 × pairs]`; the rows follow each other, `length` apart.
   */
  readonly sumRows: (line: number, rows: number, length: number, weights: number, pairs: number) => void;
  /**
   * Sums up pixels of a line of uint16, weighted, to uint8 `[pixels, channels]`; writes up to three bytes more. `taps` int32: for
   * each pixel where its first input begins, in bytes, the number of its inputs, and their weights.
   */
  readonly sumPixels: (into: number, line: number, taps: number, pixels: number, channels: number) => void;
};

/** Makes the kernel, with a memory of its own: the same sums as in JavaScript, sixteen values at a time. */
export function createResampleKernel(): ResampleKernel {
  const { Instance, Module } = (globalThis as unknown as { readonly WebAssembly: WasmEngine }).WebAssembly;
  return new Instance(new Module(encodeWasm([sumRows(), sumPixels()]))).exports as ResampleKernel;
}

/** What is used of Node's WebAssembly, which its types do not tell. */
type WasmEngine = {
  readonly Module: new (bytes: Uint8Array) => object;
  readonly Instance: new (module: object) => { readonly exports: unknown };
};

function sumRows(): WasmFunction {
  const [line, rows, length, weights, pairs] = [0, 1, 2, 3, 4];
  const [lineEnd, row, weight, left] = [5, 6, 7, 8];
  const [both, pair] = [9, 10];
  const sums = [11, 12, 13, 14];
  const interleave = (which: readonly number[]) => [
    ...[...get(row), ...loadBytes, ...get(row), ...get(length), ...add, ...loadBytes],
    ...[...which, ...set(both)],
  ];
  const addPairs = (sum: number, widen: readonly number[]) => [
    ...[...get(sum), ...get(both), ...widen, ...get(pair), ...multiplyPairs],
    ...[...addNumbers, ...set(sum)],
  ];
  const round = (sum: number) => [
    ...[...get(sum), ...numbers(2 ** (WEIGHT_BITS - SUM_BITS - 1)), ...addNumbers],
    ...shiftNumbers(WEIGHT_BITS - SUM_BITS),
  ];
  const put = (first: number, second: number, offset: number) => [
    ...[...get(line), ...round(first), ...round(second), ...narrowNumbers, ...storeBytes(offset)],
  ];
  const code = [
    ...[...get(line), ...get(length), ...add, ...get(length), ...add, ...set(lineEnd)],
    ...repeat(
      ...sums.map((sum) => [...numbers(0), ...set(sum)]),
      [...get(rows), ...set(row), ...get(weights), ...set(weight), ...get(pairs), ...set(left)],
      repeat(
        [...get(weight), ...loadSpread, ...set(pair)],
        interleave(interleaveFirst),
        addPairs(sums[0]!, widenFirst),
        addPairs(sums[1]!, widenLast),
        interleave(interleaveLast),
        addPairs(sums[2]!, widenFirst),
        addPairs(sums[3]!, widenLast),
        [...advance(row, get(length)), ...advance(row, get(length)), ...advance(weight, number(4))],
        [...get(left), ...number(1), ...subtract, ...set(left), ...get(left)],
      ),
      [...put(sums[0]!, sums[1]!, 0), ...put(sums[2]!, sums[3]!, LANES)],
      [...advance(rows, number(LANES)), ...advance(line, number(2 * LANES))],
      [...get(line), ...get(lineEnd), ...isLess],
    ),
  ];
  return { name: 'sumRows', parameters: 5, integers: 4, vectors: 6, code };
}

function sumPixels(): WasmFunction {
  const [into, line, taps, pixels, channels] = [0, 1, 2, 3, 4];
  const [input, left] = [5, 6];
  const sum = 7;
  const code = repeat(
    [...numbers(2 ** (WEIGHT_BITS + SUM_BITS - 1)), ...set(sum)],
    [...get(line), ...get(taps), ...load, ...add, ...set(input), ...advance(taps, number(4))],
    [...get(taps), ...load, ...set(left), ...advance(taps, number(4))],
    repeat(
      [...get(sum), ...get(input), ...loadHalf, ...widenNumbers, ...get(taps), ...loadSpread, ...multiplyNumbers],
      [...addNumbers, ...set(sum), ...advance(input, get(channels)), ...advance(input, get(channels))],
      [...advance(taps, number(4)), ...get(left), ...number(1), ...subtract, ...set(left), ...get(left)],
    ),
    [...get(sum), ...shiftNumbers(WEIGHT_BITS + SUM_BITS), ...set(sum)],
    [...get(sum), ...get(sum), ...narrowNumbers, ...set(sum)],
    [...get(into), ...get(sum), ...get(sum), ...narrowToBytes, ...firstNumber, ...store],
    [...advance(into, get(channels)), ...get(pixels), ...number(1), ...subtract, ...set(pixels), ...get(pixels)],
  );
  return { name: 'sumPixels', parameters: 5, integers: 2, vectors: 1, code };
}
