import type { InferenceSession, Tensor } from 'onnxruntime-node';
import type { OnnxRuntimeModule } from './onnx-runtime.ts';
import type { Ports, SessionAnswer, SessionRequestBody, TensorData, Tensors } from './session-protocol.ts';

/** ONNX Runtime sessions and the tensors kept beside them, in the thread that computes. */
export interface Sessions {
  /** Does what is asked for, one request after the other. `run` blocks the thread, although ONNX Runtime returns a promise. */
  perform(body: SessionRequestBody): Promise<SessionAnswer>;
  /** Frees all, when what was asked for before is done. */
  release(): Promise<void>;
}

/** None yet; they come with requests. */
export function createSessions(ort: OnnxRuntimeModule): Sessions {
  const place: Place = { ort, sessions: new Map(), kept: new Map() };
  let last: Promise<unknown> = Promise.resolve();
  const inOrder = <Result>(work: () => Promise<Result>): Promise<Result> => {
    const result = last.then(work);
    last = result.catch(() => undefined);
    return result;
  };
  return {
    perform: (body) => inOrder(() => perform(place, body)),
    release: () =>
      inOrder(async () => {
        for (const session of place.sessions.values()) await session.release();
        place.sessions.clear();
        place.kept.clear();
      }),
  };
}

type Place = {
  readonly ort: OnnxRuntimeModule;
  readonly sessions: Map<string, InferenceSession>;
  readonly kept: Map<string, Tensor>;
};

async function perform(place: Place, body: SessionRequestBody): Promise<SessionAnswer> {
  switch (body.kind) {
    case 'create':
      return { tensors: {}, ports: await createSession(place, body) };
    case 'store':
      for (const [name, data] of Object.entries(body.tensors)) place.kept.set(name, toTensor(place, data));
      return { tensors: {} };
    case 'run':
      return { tensors: await run(place, body), returned: body.lent };
    case 'read':
      return { tensors: Object.fromEntries(body.names.map((name) => [name, toData(name, keptTensor(place, name))])) };
  }
}

async function createSession({ ort, sessions }: Place, body: SessionRequestBody & { kind: 'create' }): Promise<Ports> {
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

async function run(place: Place, { session, feeds, carry }: SessionRequestBody & { kind: 'run' }): Promise<Tensors> {
  const { sessions, kept } = place;
  const running = sessions.get(session);
  if (running === undefined) throw new Error(`There is no session '${session}'.`);
  const inputs = running.inputNames.map((name) => {
    const fed = feeds[name];
    return [name, fed === undefined ? keptTensor(place, name) : toTensor(place, fed)] as const;
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

function keptTensor({ kept }: Place, name: string): Tensor {
  const tensor = kept.get(name);
  if (tensor === undefined) throw new Error(`There is no tensor '${name}'.`);
  return tensor;
}

function toTensor({ ort }: Place, { type, data, shape }: TensorData): Tensor {
  return new ort.Tensor(type, data, shape);
}

function toData(name: string, { type, data, dims }: Tensor): TensorData {
  if (type === 'float32' && data instanceof Float32Array) return { type, data, shape: dims };
  if (type === 'uint8' && data instanceof Uint8Array) return { type, data, shape: dims };
  if (type === 'int32' && data instanceof Int32Array) return { type, data, shape: dims };
  throw new Error(`Tensor '${name}' of type ${type} cannot be handed out.`);
}
