import { parentPort, workerData } from 'node:worker_threads';
import type { InferenceSession, Tensor } from 'onnxruntime-node';
import { importOnnxRuntime } from './onnx-runtime.ts';
import type {
  Ports,
  SessionAnswer,
  SessionReply,
  SessionRequest,
  SessionRequestBody,
  SessionWorkerData,
  TensorData,
} from './session-protocol.ts';

/**
 * Entry of the worker thread that owns ONNX Runtime sessions: `session.run` blocks the thread it is called from, although
 * it returns a promise. Requests are answered in order.
 */
const ort = await importOnnxRuntime(workerData as SessionWorkerData);
const sessions = new Map<string, InferenceSession>();
const kept = new Map<string, Tensor>();

parentPort?.on('message', ({ id, body }: SessionRequest) => {
  queue = queue.then(async () => {
    const reply = await answer(id, body);
    parentPort?.postMessage(reply, reply.ok ? (reply.returned ?? []) : []);
  });
});
let queue = Promise.resolve();

async function answer(id: number, body: SessionRequestBody): Promise<SessionReply> {
  try {
    return { id, ok: true, ...(await perform(body)) };
  } catch (error) {
    return { id, ok: false, message: error instanceof Error ? error.message : String(error) };
  }
}

async function perform(body: SessionRequestBody): Promise<SessionAnswer> {
  switch (body.kind) {
    case 'create':
      return { tensors: {}, ports: await createSession(body) };
    case 'store':
      for (const [name, data] of Object.entries(body.tensors)) kept.set(name, toTensor(data));
      return { tensors: {} };
    case 'run':
      return { tensors: await run(body), returned: body.lent };
    case 'read':
      return { tensors: Object.fromEntries(body.names.map((name) => [name, toData(name, keptTensor(name))])) };
  }
}

async function createSession(body: SessionRequestBody & { kind: 'create' }): Promise<Ports> {
  const { model, optimization, threads } = body;
  // WebAssembly takes its threads when the first session is made, and the session's own option is not read.
  ort.env.wasm.numThreads = threads;
  const session = await ort.InferenceSession.create(model, {
    graphOptimizationLevel: optimization,
    intraOpNumThreads: threads,
    interOpNumThreads: 1,
    executionMode: 'sequential',
    // Only what ends the process: errors are thrown, and told by whoever catches them.
    logSeverityLevel: 4,
    // Threads that spin while they wait burn as much time as they compute, and starve trials beside them.
    extra: { session: { intra_op: { allow_spinning: '0' } } },
  });
  sessions.set(body.session, session);
  const ports = [...session.inputMetadata, ...session.outputMetadata];
  return Object.fromEntries(ports.map((port) => [port.name, port.isTensor ? [...port.shape] : []]));
}

async function run({ session, feeds, carry }: SessionRequestBody & { kind: 'run' }) {
  const running = sessions.get(session);
  if (running === undefined) throw new Error(`There is no session '${session}'.`);
  const inputs = running.inputNames.map((name) => {
    const fed = feeds[name];
    return [name, fed === undefined ? keptTensor(name) : toTensor(fed)] as const;
  });
  const outputs = await running.run(Object.fromEntries(inputs));
  const answered: Record<string, TensorData> = {};
  for (const [name, tensor] of Object.entries(outputs)) {
    const resident = carry[name];
    if (resident === undefined) answered[name] = toData(name, tensor);
    else kept.set(resident, tensor);
  }
  return answered;
}

function keptTensor(name: string): Tensor {
  const tensor = kept.get(name);
  if (tensor === undefined) throw new Error(`There is no tensor '${name}'.`);
  return tensor;
}

function toTensor({ type, data, shape }: TensorData): Tensor {
  return new ort.Tensor(type, data, shape);
}

function toData(name: string, { type, data, dims }: Tensor): TensorData {
  if (type === 'float32' && data instanceof Float32Array) return { type, data, shape: dims };
  if (type === 'uint8' && data instanceof Uint8Array) return { type, data, shape: dims };
  if (type === 'int32' && data instanceof Int32Array) return { type, data, shape: dims };
  throw new Error(`Tensor '${name}' of type ${type} cannot leave the worker.`);
}
