import type { OnnxRuntimeName } from './onnx-runtime.ts';

/**
 * What the session worker is told and answers. Both are threads of one process and of one build: types are all they need, and
 * checking messages by schemas would double the time such a thread takes to start.
 */
export type SessionWorkerData = OnnxRuntimeName;

/** A tensor as it travels to and from the session worker. */
export type TensorData =
  | { readonly type: 'float32'; readonly shape: readonly number[]; readonly data: Float32Array }
  | { readonly type: 'uint8'; readonly shape: readonly number[]; readonly data: Uint8Array }
  | { readonly type: 'int32'; readonly shape: readonly number[]; readonly data: Int32Array };

export type Tensors = Readonly<Record<string, TensorData>>;

export type SessionOptions = {
  /** `all` packs constant weights into blocks: best with baked weights, a loss when weights are inputs. */
  readonly optimization: 'extended' | 'all';
  readonly threads: number;
};

/**
 * Create a session; keep tensors; run a session on feeds and kept tensors, keeping some of its outputs and answering with the
 * others; hand out kept tensors.
 */
export type SessionRequestBody =
  | ({ readonly kind: 'create'; readonly session: string; readonly model: Uint8Array } & SessionOptions)
  | { readonly kind: 'store'; readonly tensors: Tensors }
  | {
      readonly kind: 'run';
      readonly session: string;
      readonly feeds: Tensors;
      /** Outputs that stay in the worker, and under which resident name. */
      readonly carry: Readonly<Record<string, string>>;
      /** Buffers of feeds that the answer brings back. */
      readonly lent: readonly ArrayBuffer[];
    }
  | { readonly kind: 'read'; readonly names: readonly string[] };

export type SessionRequest = { readonly id: number; readonly body: SessionRequestBody };

/** Shapes of a session's inputs and outputs by name; a text is a size left open. */
export type Ports = Readonly<Record<string, readonly (number | string)[]>>;

export type SessionAnswer = {
  readonly tensors: Tensors;
  readonly ports?: Ports;
  readonly returned?: readonly ArrayBuffer[];
};

export type SessionReply =
  | ({ readonly id: number; readonly ok: true } & SessionAnswer)
  | { readonly id: number; readonly ok: false; readonly message: string };
