import { TrainingError } from '../../core/errors.ts';
import { copyOf } from './lent-tensors.ts';
import { importOnnxRuntime, type OnnxRuntimeName } from './onnx-runtime.ts';
import type { SessionHost } from './session-host.ts';
import type { SessionAnswer, SessionRequestBody, Tensors } from './session-protocol.ts';
import { createSessions } from './sessions.ts';

/**
 * Sessions in the caller's thread, which each run blocks; between runs its event loop turns. For graphs that take about a
 * millisecond: handing their batches to another thread costs as much as computing them.
 */
export async function openLocalSessionHost(runtime: OnnxRuntimeName): Promise<SessionHost> {
  const sessions = createSessions(await importOnnxRuntime(runtime));
  let isClosed = false;
  const request = async (body: SessionRequestBody): Promise<SessionAnswer> => {
    if (isClosed) throw new TrainingError('These ONNX sessions are closed.');
    try {
      return await sessions.perform(body);
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      throw new TrainingError(`ONNX Runtime failed: ${message}`, { cause: error });
    }
  };
  return {
    create: async (session, model, options) =>
      (await request({ kind: 'create', session, model, ...options })).ports ?? {},
    store: async (tensors) => {
      await request({ kind: 'store', tensors: copiesOf(tensors) });
    },
    run: async (session, feeds, carry = {}) =>
      (await request({ kind: 'run', session, feeds, carry, lent: [] })).tensors,
    read: async (names) => copiesOf((await request({ kind: 'read', names })).tensors),
    close: async () => {
      isClosed = true;
      await sessions.release();
    },
  };
}

function copiesOf(tensors: Tensors): Tensors {
  return Object.fromEntries(Object.entries(tensors).map(([name, tensor]) => [name, copyOf(tensor)]));
}
