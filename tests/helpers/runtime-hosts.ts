import { afterAll, expect } from '@jest/globals';
import { findOnnxRuntime, ONNX_RUNTIMES } from '../../src/training/engines/onnx-runtime.ts';
import { startSessionHost, type SessionHost } from '../../src/training/engines/session-host.ts';
import type { TensorData, Tensors } from '../../src/training/engines/session-protocol.ts';

/** A host for each ONNX Runtime that is here, for all tests of the file: starting the WebAssembly one takes most of a second. */
export async function startRuntimeHosts(): Promise<readonly SessionHost[]> {
  const found = await Promise.all(ONNX_RUNTIMES.map((name) => findOnnxRuntime([name])));
  const hosts = found.flatMap((runtime) => (runtime.kind === 'available' ? [startSessionHost(runtime.name)] : []));
  afterAll(() => Promise.all(hosts.map((host) => host.close())));
  return hosts;
}

/** Runs an ONNX file once. */
export async function runOnnx(host: SessionHost, onnx: Uint8Array, feeds: Tensors): Promise<Tensors> {
  await host.create('exported', onnx, { optimization: 'all', threads: 1 });
  return host.run('exported', feeds);
}

/** Equal within 1e-5. */
export function expectClose(actual: TensorData | undefined, expected: Float32Array): void {
  expect(actual?.data).toHaveLength(expected.length);
  expected.forEach((value, at) => expect(Math.abs(Number(actual!.data[at]) - value)).toBeLessThanOrEqual(1e-5));
}
