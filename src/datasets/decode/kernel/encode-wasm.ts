/** A function of a WebAssembly module; its parameters are i32, its code is instructions without the closing `end`. */
export type WasmFunction = {
  readonly name: string;
  readonly parameters: number;
  /** Further locals, numbered on from the parameters: first those of type i32, then the vectors. */
  readonly integers: number;
  readonly vectors: number;
  readonly code: readonly number[];
};

/**
 * The bytes of a WebAssembly module with functions that give nothing back, all exported, and one exported `memory`.
 * @see https://webassembly.github.io/spec/core/binary/modules.html
 */
export function encodeWasm(functions: readonly WasmFunction[]): Uint8Array<ArrayBuffer> {
  const types = functions.map(({ parameters }) => [0x60, ...list(new Array<number[]>(parameters).fill([I32])), 0]);
  const exported = functions.map(({ name }, at) => [...text(name), 0, ...unsigned(at)]);
  return Uint8Array.from([
    ...Buffer.from('\0asm', 'latin1'),
    ...[1, 0, 0, 0],
    ...section(1, types),
    ...section(
      3,
      functions.map((_, at) => unsigned(at)),
    ),
    ...section(5, [[0, 1]]),
    ...section(7, [...exported, [...text('memory'), 2, 0]]),
    ...section(10, functions.map(encodeBody)),
  ]);
}

const I32 = 0x7f;
const V128 = 0x7b;
const END = 0x0b;

function encodeBody({ integers, vectors, code }: WasmFunction): number[] {
  const locals = list([
    [...unsigned(integers), I32],
    [...unsigned(vectors), V128],
  ]);
  const body = [...locals, ...code, END];
  return [...unsigned(body.length), ...body];
}

function section(id: number, items: readonly (readonly number[])[]): number[] {
  const content = list(items);
  return [id, ...unsigned(content.length), ...content];
}

function list(items: readonly (readonly number[])[]): number[] {
  return [...unsigned(items.length), ...items.flat()];
}

function text(value: string): number[] {
  return list([...Buffer.from(value, 'latin1')].map((letter) => [letter]));
}

/** An unsigned LEB128 number. */
export function unsigned(value: number): number[] {
  return value < 0x80 ? [value] : [(value & 0x7f) | 0x80, ...unsigned(value >>> 7)];
}
