import { TestEnvironment } from 'jest-environment-node';

/**
 * Jest runs tests in a realm of its own. Native modules check `instanceof Float32Array` against the host's realm, and
 * errors from `node:fs` are the host's `Error`; this environment hands the host's classes in, so both hold in a test.
 */
export default class HostRealmEnvironment extends TestEnvironment {
  constructor(...args: ConstructorParameters<typeof TestEnvironment>) {
    super(...args);
    Object.assign(this.global, hostClasses);
  }
}

const hostClasses = {
  ArrayBuffer,
  SharedArrayBuffer,
  DataView,
  Uint8Array,
  Uint8ClampedArray,
  Uint16Array,
  Uint32Array,
  Int8Array,
  Int16Array,
  Int32Array,
  Float32Array,
  Float64Array,
  BigInt64Array,
  BigUint64Array,
  Error,
  TypeError,
  RangeError,
  SyntaxError,
  AggregateError,
};
