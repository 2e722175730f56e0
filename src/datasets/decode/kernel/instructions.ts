import { unsigned } from './encode-wasm.ts';

// The instructions that the kernel of `resample` is made of; each is the bytes that WebAssembly wants for it.
// See https://webassembly.github.io/spec/core/appendix/index-instructions.html

export const get = (local: number) => [0x20, ...unsigned(local)];
export const set = (local: number) => [0x21, ...unsigned(local)];
export const number = (value: number) => [0x41, ...signed(value)];
export const add = [0x6a];
export const subtract = [0x6b];
export const isLess = [0x49];
export const load = [0x28, 2, 0];
export const store = [0x36, 0, 0];
/** Runs the code, and again while the number that it leaves is not 0. */
export const repeat = (...code: readonly (readonly number[])[]) => [0x03, 0x40, ...code.flat(), 0x0d, 0, 0x0b];
export const advance = (local: number, by: readonly number[]) => [...get(local), ...by, ...add, ...set(local)];

const vector = (instruction: number, ...more: readonly number[]) => [0xfd, ...unsigned(instruction), ...more];

export const loadBytes = vector(0x00, 0, 0);
/** Eight bytes; the rest is 0. */
export const loadHalf = vector(0x5d, 0, 0);
/** Four bytes, four times. */
export const loadSpread = vector(0x09, 2, 0);
export const storeBytes = (offset: number) => vector(0x0b, 0, offset);
/** A 32-bit number, four times. */
export const numbers = (value: number) => [...number(value), ...vector(0x11)];
export const firstNumber = vector(0x1b, 0);
/** The first, or last, eight bytes of two vectors in turns. */
export const interleaveFirst = vector(0x0d, ...inTurns(0));
export const interleaveLast = vector(0x0d, ...inTurns(8));
/** The first, or last, eight bytes as 16-bit numbers. */
export const widenFirst = vector(0x89);
export const widenLast = vector(0x8a);
/** The first four 16-bit numbers as 32-bit numbers. */
export const widenNumbers = vector(0xa9);
export const addNumbers = vector(0xae);
export const multiplyNumbers = vector(0xb5);
/** Neighbouring 16-bit numbers are multiplied with their partners and the two products added. */
export const multiplyPairs = vector(0xba);
export const shiftNumbers = (bits: number) => [...number(bits), ...vector(0xac)];
/** 32-bit numbers to 16 bits, and 16-bit numbers to 0..255. */
export const narrowNumbers = vector(0x85);
export const narrowToBytes = vector(0x66);

function inTurns(first: number): number[] {
  return Array.from({ length: 16 }, (_, at) => first + (at >> 1) + (at % 2) * 16);
}

/** A signed LEB128 number. */
function signed(value: number): number[] {
  const rest = value >> 7;
  const isLast = (rest === 0 && (value & 0x40) === 0) || (rest === -1 && (value & 0x40) !== 0);
  return isLast ? [value & 0x7f] : [(value & 0x7f) | 0x80, ...signed(rest)];
}
