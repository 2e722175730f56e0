import { encodeTensor } from '../../src/training/onnx/encode-model.ts';
import {
  copyField,
  messageField,
  stringField,
  varintField,
  varintsField,
  type Field,
} from '../../src/training/onnx/protobuf.ts';
import { bytesOf, integersOf, readFields, textOf, type WireField } from '../../src/training/onnx/read-protobuf.ts';

/** The same file, said to be of another operator set. */
export function relabelled(onnx: Uint8Array, opset: number): Uint8Array {
  return Buffer.concat(
    readFields(onnx).map((field) =>
      field.number === 8 ? messageField(8, [stringField(1, ''), varintField(2, opset)]) : copyField(field),
    ),
  );
}

/** The same model with its constants of int64 as other exporters write them: numbers instead of bytes, or nodes instead of weights. */
export function withIntegersAs(form: 'numbers' | 'nodes', onnx: Uint8Array): Uint8Array {
  return Buffer.concat(
    readFields(onnx).map((field) =>
      field.number === 7 && field.kind === 'bytes'
        ? messageField(7, restate(form, readFields(field.bytes)))
        : copyField(field),
    ),
  );
}

function restate(form: 'numbers' | 'nodes', graph: readonly WireField[]): Field[] {
  const isIntegers = (field: WireField): field is WireField & { kind: 'bytes' } =>
    field.number === 5 && field.kind === 'bytes' && integersOf(readFields(field.bytes), 2)[0] === INT64;
  const restated = graph.filter(isIntegers).map(({ bytes }) => {
    const tensor = readFields(bytes);
    const [raw = new Uint8Array()] = bytesOf(tensor, 9);
    const data = new BigInt64Array(Uint8Array.from(raw).buffer);
    const shape = integersOf(tensor, 1);
    const name = textOf(tensor, 8);
    if (form === 'nodes') return constantNode(name, encodeTensor('', { type: 'int64', shape, data }));
    const values = varintsField(7, [...data].map(Number));
    return messageField(5, [varintsField(1, shape), varintField(2, INT64), values, stringField(8, name)]);
  });
  return [...restated, ...graph.filter((field) => !isIntegers(field)).map(copyField)];
}

const INT64 = 7;

function constantNode(name: string, tensor: readonly Field[]): Field {
  const value = messageField(5, [stringField(1, 'value'), messageField(5, tensor), varintField(20, 4)]);
  return messageField(1, [stringField(2, name), stringField(4, 'Constant'), value]);
}
