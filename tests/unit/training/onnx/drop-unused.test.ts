import { expect, test } from '@jest/globals';
import { dropUnused } from '../../../../src/training/onnx/drop-unused.ts';
import { createGraphBuilder } from '../../../../src/training/onnx/graph-builder.ts';
import { createOperators } from '../../../../src/training/onnx/operators.ts';

test('nodes and optional outputs that nothing uses go, the parts of a split stay', () => {
  const graph = createGraphBuilder('test');
  const ops = createOperators(graph);
  const input = graph.input('input', 'float32', [1, 2, 4, 4]);
  const [part] = ops.split(input, [1, 1], 1);
  const [maxima] = ops.maxPoolWithIndices(part!, {
    kernel: [2, 2],
    strides: [2, 2],
    pads: [0, 0, 0, 0],
    dilations: [1, 1],
  });
  ops.negate(maxima);
  graph.output(maxima, 'maxima', 'float32', [1, 1, 2, 2]);

  const { nodes } = dropUnused(graph.finish());
  expect(nodes.map(({ operator, outputs }) => [operator, outputs.length])).toEqual([
    ['Split', 2],
    ['MaxPool', 1],
  ]);
});
