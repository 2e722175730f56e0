import { z } from 'zod';
import { ONNX_RUNTIMES } from './onnx-runtime.ts';

/** What the worker is started with: which package it computes with. */
export const sessionWorkerData = z.enum(ONNX_RUNTIMES);
export type SessionWorkerData = z.output<typeof sessionWorkerData>;

/** A tensor as it travels to and from the session worker. */
export type TensorData =
  | { readonly type: 'float32'; readonly shape: readonly number[]; readonly data: Float32Array }
  | { readonly type: 'uint8'; readonly shape: readonly number[]; readonly data: Uint8Array }
  | { readonly type: 'int32'; readonly shape: readonly number[]; readonly data: Int32Array };

export type Tensors = Readonly<Record<string, TensorData>>;

const shape = z.array(z.int().nonnegative()).readonly();
const bytes = z.custom<Uint8Array>((value) => value instanceof Uint8Array);
const floats = z.custom<Float32Array>((value) => value instanceof Float32Array);
const integers = z.custom<Int32Array>((value) => value instanceof Int32Array);
const tensor = z.discriminatedUnion('type', [
  z.object({ type: z.literal('float32'), shape, data: floats }),
  z.object({ type: z.literal('uint8'), shape, data: bytes }),
  z.object({ type: z.literal('int32'), shape, data: integers }),
]);
const tensors = z.record(z.string(), tensor);
const ports = z.record(z.string(), z.array(z.union([z.number(), z.string()])));

const requestBody = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('create'),
    session: z.string(),
    model: bytes,
    optimization: z.enum(['extended', 'all']),
    threads: z.int().positive(),
  }),
  z.object({ kind: z.literal('store'), tensors }),
  z.object({
    kind: z.literal('run'),
    session: z.string(),
    feeds: tensors,
    /** Outputs that stay in the worker, and under which resident name. */
    carry: z.record(z.string(), z.string()),
  }),
  z.object({ kind: z.literal('read'), names: z.array(z.string()) }),
]);

/**
 * What the session worker does: create a session; keep tensors; run a session on feeds and kept tensors, keeping some of
 * its outputs and answering with the others; hand out kept tensors.
 */
export const sessionRequest = z.object({ id: z.int(), body: requestBody });
export const sessionReply = z.discriminatedUnion('ok', [
  z.object({ id: z.int(), ok: z.literal(true), tensors, ports: ports.optional() }),
  z.object({ id: z.int(), ok: z.literal(false), message: z.string() }),
]);

/** Shapes of a session's inputs and outputs by name; a text is a size left open. */
export type Ports = z.output<typeof ports>;
export type SessionRequest = z.output<typeof sessionRequest>;
export type SessionRequestBody = z.output<typeof requestBody>;
export type SessionReply = z.output<typeof sessionReply>;
