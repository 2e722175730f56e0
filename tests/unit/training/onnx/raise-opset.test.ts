import { expect, test } from '@jest/globals';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { seededRandom } from '../../../../src/core/seeded-random.ts';
import { convertOpset } from '../../../../src/training/onnx/convert-opset.ts';
import { encodeModel } from '../../../../src/training/onnx/encode-model.ts';
import { createGraphBuilder, type Value } from '../../../../src/training/onnx/graph-builder.ts';
import { temporaryFolder } from '../../../helpers/dataset-files.ts';
import { checkerTest, checkOnnxFiles } from '../../../helpers/onnx-checker.ts';
import { relabelled } from '../../../helpers/restated-onnx.ts';
import { expectClose, runOnnx, startRuntimeHosts } from '../../../helpers/runtime-hosts.ts';

const hosts = await startRuntimeHosts();
const random = seededRandom('opset');
const floats = (length: number): Float32Array => Float32Array.from({ length }, () => random.uniform(0.5, 1.5));

/** One of each operator that changed up to opset 18, in the form that it had in opset 11. */
function ofOpset11(): Uint8Array {
  const graph = createGraphBuilder('older');
  const one = (operator: string, inputs: readonly Value[], attributes = {}): Value =>
    graph.node(operator, inputs, attributes)[0]!;
  const input = graph.input('x', 'float32', ['N', 6, 4, 4]);
  const weights = Array.from({ length: 4 }, () => graph.constant({ type: 'float32', shape: [6], data: floats(6) }));
  const normal = one('BatchNormalization', [input, ...weights]);
  const [first, second] = graph.node('Split', [normal], { axis: 1, split: [2, 4] }, { outputs: 2 });
  const [left, right] = graph.node('Split', [second!], { axis: 1 }, { outputs: 2 });
  const both = one('Add', [one('Mul', [left!, right!]), first!]);
  const mean = one('ReduceMean', [both], { axes: [2, 3] });
  const most = one('ReduceMax', [both], { axes: [-1], keepdims: 0 });
  const sum = one('Unsqueeze', [one('ReduceSum', [most], { axes: [2], keepdims: 0 })], { axes: [2, 3] });
  const rows = one('Squeeze', [one('Add', [mean, sum])], { axes: [2, 3] });
  graph.output(one('ReduceProd', [both]), 'product', 'float32', [1, 1, 1, 1]);
  graph.output(one('Softmax', [rows]), 'rows', 'float32', ['N', 2]);
  return relabelled(encodeModel(graph.finish(), { note: 'kept' }), 11);
}

const older = ofOpset11();
const raised = [17, 18] as const;

test('what was an attribute in opset 11 is an input in 17 and 18, and gives the same numbers', async () => {
  const feeds = { x: { type: 'float32', shape: [2, 6, 4, 4], data: floats(192) } } as const;
  for (const host of hosts) {
    const expected = await runOnnx(host, older, feeds);
    for (const opset of raised) {
      const actual = await runOnnx(host, convertOpset(older, 'older', opset), feeds);
      expectClose(actual.rows, expected.rows!.data as Float32Array);
      expectClose(actual.product, expected.product!.data as Float32Array);
    }
  }
  expect(Buffer.from(convertOpset(older, 'older', 18)).includes('kept')).toBe(true);
});

checkerTest('the checker takes what was raised to opset 17', async () => {
  const file = path.join(await temporaryFolder(), 'raised.onnx');
  await writeFile(file, convertOpset(older, 'older', 17));
  const operators =
    'Add BatchNormalization Mul ReduceMax ReduceMean ReduceProd ReduceSum Softmax Split Squeeze Unsqueeze';
  expect(checkOnnxFiles([file])).toEqual([`${operators} =17`]);
});

test('an operator that means something else in the newer set, or holds a graph, is refused by name', () => {
  const graphOf = (operator: string, opset: number, outputs = 1): Uint8Array => {
    const graph = createGraphBuilder('strange');
    const input = graph.input('x', 'float32', ['N', 2, 3]);
    graph.output(graph.node(operator, [input], {}, { outputs })[0]!, 'y', 'float32', ['N', 2, 3]);
    return relabelled(encodeModel(graph.finish()), opset);
  };
  const meansAnother = 'old has ONNX opset 12, in which Softmax is another than in opset 17';
  expect(() => convertOpset(graphOf('Softmax', 12), 'old', 17)).toThrow(meansAnother);
  expect(() => convertOpset(graphOf('Softmax', 13), 'old', 17)).not.toThrow();
  expect(() => convertOpset(graphOf('BatchNormalization', 13, 3), 'old', 18)).toThrow('BatchNormalization is another');
  expect(() => convertOpset(graphOf('RoiAlign', 15), 'old', 18)).toThrow('RoiAlign is another');
  expect(() => convertOpset(graphOf('Loop', 13), 'old', 18)).toThrow('old has the operator Loop, whose inner graph');
  expect(() => convertOpset(graphOf('Relu', 10), 'old', 18)).toThrow(
    'old has ONNX opset 10; it can be exported as it is',
  );
});
