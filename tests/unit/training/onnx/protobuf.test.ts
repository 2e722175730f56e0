import { expect, test } from '@jest/globals';
import {
  floatField,
  messageField,
  stringField,
  varintField,
  varintsField,
} from '../../../../src/training/onnx/protobuf.ts';

// The first three are the examples of https://protobuf.dev/programming-guides/encoding.
test.each([
  ['a number of two bytes', varintField(1, 150), '089601'],
  ['text', stringField(2, 'testing'), '120774657374696e67'],
  ['a message in a message', messageField(3, [varintField(1, 150)]), '1a03089601'],
  ['packed numbers', varintsField(6, [3, 270, 86942]), '3206038e029ea705'],
  ['a negative number in ten bytes', varintField(1, -1), '08ffffffffffffffffff01'],
  ['a float', floatField(2, 1), '150000803f'],
  ['a field number past fifteen', varintField(20, 7), 'a00107'],
])('%s is encoded as the format says', (_title, field, bytes) => {
  expect(field.toString('hex')).toBe(bytes);
});
