import type { TensorData, Tensors } from './session-protocol.ts';

/** Copies tensors into buffers that go to another thread and come back: a training allocates nothing for its batches. */
export interface TensorLender {
  /** The same tensors; those of `buffers` are to be transferred. The originals stay whole. */
  lend(tensors: Tensors): { readonly tensors: Tensors; readonly buffers: readonly ArrayBuffer[] };
  takeBack(buffers: readonly ArrayBuffer[]): void;
}

/** Keeps the buffers that came back, a bounded number of them. */
export function createTensorLender(): TensorLender {
  const free: ArrayBuffer[] = [];
  const take = (size: number): ArrayBuffer => {
    const index = free.findIndex((buffer) => buffer.byteLength === size);
    return index < 0 ? new ArrayBuffer(size) : free.splice(index, 1)[0]!;
  };
  return {
    lend: (tensors) => {
      const buffers: ArrayBuffer[] = [];
      const copied = Object.entries(tensors).map(([name, tensor]) => {
        if (tensor.data.byteLength < WORTH_LENDING_BYTES) return [name, wholeOf(tensor)] as const;
        const buffer = take(tensor.data.byteLength);
        buffers.push(buffer);
        return [name, copyInto(buffer, tensor)] as const;
      });
      return { tensors: Object.fromEntries(copied), buffers };
    },
    takeBack: (buffers) => {
      free.push(...buffers);
      free.splice(0, free.length - MOST_FREE);
    },
  };
}

/** Less than this is cloned with the message: that costs no more. */
const WORTH_LENDING_BYTES = 16 * 1024;
/** A step has a batch and its dropout masks, of two sizes where the last batch is smaller. */
const MOST_FREE = 16;

function copyInto(buffer: ArrayBuffer, tensor: TensorData): TensorData {
  const { data } = tensor;
  new Uint8Array(buffer).set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
  if (tensor.type === 'float32') return { ...tensor, data: new Float32Array(buffer) };
  if (tensor.type === 'int32') return { ...tensor, data: new Int32Array(buffer) };
  return { ...tensor, data: new Uint8Array(buffer) };
}

/** A view would take all of the buffer behind it along. */
function wholeOf(tensor: TensorData): TensorData {
  const { data } = tensor;
  return data.byteLength === data.buffer.byteLength ? tensor : copyOf(tensor);
}

/** The tensor in a buffer of its own. */
export function copyOf(tensor: TensorData): TensorData {
  return copyInto(new ArrayBuffer(tensor.data.byteLength), tensor);
}
