import { expect, test } from '@jest/globals';
import { parseBackboneSpec } from '../../../../src/training/backbones/backbone-spec.ts';

const whole = `
file: a.onnx
input: { name: input, size: 224, layout: NCHW, channels: RGB, mean: [0.485, 0.456, 0.406], std: 0.25 }
features: features
`;

test('reads a description; what is not given follows from the rest', () => {
  expect(parseBackboneSpec(whole, '/x/net.yaml')).toEqual({
    name: 'net',
    path: '/x/net.yaml',
    source: { kind: 'file', file: 'a.onnx' },
    input: {
      ...{ name: 'input', height: 224, width: 224, layout: 'NCHW', channels: 'RGB' },
      scale: [1 / 63.75, 1 / 63.75, 1 / 63.75],
      offset: [-1.94, -1.824, -1.624],
    },
    features: 'features',
    power: 1,
  });
  const scaled = parseBackboneSpec(whole.replace(/mean.*0.25/, 'scale: 2, offset: 1'), 'a.yml').input;
  expect([scaled.scale, scaled.offset]).toEqual([
    [2, 2, 2],
    [1, 1, 1],
  ]);
});

test.each([
  ['layout: NCHW', 'layout: NCWH', 'input.layout: expected NCHW or NHWC, received "NCWH"'],
  [
    'size: 224',
    'size: big',
    'input.size: expected a whole number of pixels from 8 to 1024, or {height, width}, received "big"',
  ],
  ['features: features', 'feature: x', 'feature: not a key of a backbone. Did you mean "features"?'],
  ['features: features', '', 'features: expected a string, received nothing'],
  ['std: 0.25', 'std: [1, 1]', 'input.std: expected one number, or 3 for the channels RGB, received [1,1]'],
  ['std: 0.25', 'std: 0', 'input.std: expected numbers other than 0, received 0'],
  [', std: 0.25', '', 'input: expected either scale and offset'],
  ['file: a.onnx', '', 'the file: expected either file or url'],
  ['file: a.onnx', 'url: ftp://x/y', 'url: expected an http or https address, received "ftp://x/y"'],
  ['file: a.onnx', 'url: https://x.org/y', 'sha256: expected the SHA-256 of the file at the url'],
  ['file: a.onnx', 'file: a.onnx\nsha256: 12', 'sha256: expected a string, received 12'],
])('says of %s made %s what is expected', (from, to, message) => {
  expect(() => parseBackboneSpec(whole.replace(from, to), '/x/net.yaml')).toThrow(message);
});

test('says that a file is not YAML', () => {
  expect(() => parseBackboneSpec('a: [', '/x/net.yaml')).toThrow('/x/net.yaml is not YAML');
});
