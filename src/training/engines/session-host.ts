import { Worker } from 'node:worker_threads';
import { TrainingError } from '../../core/errors.ts';
import type { OnnxRuntimeName } from './onnx-runtime.ts';
import { createTensorLender } from './lent-tensors.ts';
import type {
  Ports,
  SessionAnswer,
  SessionOptions,
  SessionReply,
  SessionRequest,
  SessionRequestBody,
  SessionWorkerData,
  Tensors,
} from './session-protocol.ts';

/** ONNX Runtime sessions, in a thread of their own or in the caller's, and tensors that stay there between runs. */
export interface SessionHost {
  /** Gives the shapes of the session's inputs and outputs. */
  create(session: string, model: Uint8Array, options: SessionOptions): Promise<Ports>;
  /** Keeps tensors there: inputs that `run` is not fed are taken from them by name. */
  store(tensors: Tensors): Promise<void>;
  /** Outputs named in `carry` are kept under the name given there, the others are returned. */
  run(session: string, feeds: Tensors, carry?: Readonly<Record<string, string>>): Promise<Tensors>;
  /** Copies of tensors that are kept. */
  read(names: readonly string[]): Promise<Tensors>;
  /** Ends it all when what was asked for before is done. */
  close(): Promise<void>;
}

type Pending = { readonly resolve: (answer: SessionAnswer) => void; readonly reject: (error: Error) => void };

/** Starts the worker thread. It keeps the process alive only while a request is under way. */
export function startSessionHost(runtime: OnnxRuntimeName): SessionHost {
  const entry = new URL('./session-worker.js', import.meta.url);
  const worker = new Worker(entry, { name: 'onnx-session', workerData: runtime satisfies SessionWorkerData });
  const lender = createTensorLender();
  const pending = new Map<number, Pending>();
  let lastId = 0;
  let ended: TrainingError | undefined;
  worker.unref();

  const settle = (id: number): Pending | undefined => {
    const request = pending.get(id);
    pending.delete(id);
    if (pending.size === 0) worker.unref();
    return request;
  };
  const end = (message: string, cause?: unknown): void => {
    ended ??= new TrainingError(message, { cause });
    for (const id of [...pending.keys()]) settle(id)?.reject(ended);
  };
  worker.on('message', (reply: SessionReply) => {
    const request = settle(reply.id);
    if (reply.ok) request?.resolve(reply);
    else request?.reject(new TrainingError(`ONNX Runtime failed: ${reply.message}`));
  });
  worker.on('error', (error) => end(`The ONNX worker thread failed: ${String(error)}`, error));
  worker.on('exit', () => end('The ONNX worker thread has ended.'));

  const request = (body: SessionRequestBody, transferred: readonly ArrayBuffer[] = []): Promise<SessionAnswer> =>
    new Promise((resolve, reject) => {
      if (ended !== undefined) {
        reject(ended);
        return;
      }
      lastId += 1;
      pending.set(lastId, { resolve, reject });
      worker.ref();
      worker.postMessage({ id: lastId, body } satisfies SessionRequest, transferred);
    });
  return {
    create: async (session, model, options) => {
      const { ports = {} } = await request({ kind: 'create', session, model, ...options });
      return ports;
    },
    store: async (tensors) => {
      await request({ kind: 'store', tensors });
    },
    run: async (session, tensors, carry = {}) => {
      const { tensors: feeds, buffers: lent } = lender.lend(tensors);
      const answer = await request({ kind: 'run', session, feeds, carry, lent }, lent);
      lender.takeBack(answer.returned ?? []);
      return answer.tensors;
    },
    read: async (names) => (await request({ kind: 'read', names })).tensors,
    close: async () => {
      // A worker thread that is ended while ONNX Runtime computes takes the whole process along. Answers come in order: after this one it rests.
      await request({ kind: 'read', names: [] }).catch(() => undefined);
      await worker.terminate();
    },
  };
}
