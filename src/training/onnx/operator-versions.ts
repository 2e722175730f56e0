/**
 * From which version of the standard's operator set on an operator means what it does in version 18, as graphs of heads and of
 * scaling use it (https://github.com/onnx/onnx/blob/main/docs/Changelog.md). One that is not here is taken to have changed.
 */
export const FIRST_SAME_VERSION: Readonly<Record<string, number>> = {
  Abs: 6,
  Add: 7,
  Cast: 9,
  Clip: 11,
  Concat: 4,
  Div: 7,
  Elu: 6,
  Exp: 6,
  Flatten: 9,
  Gather: 1,
  Gemm: 11,
  HardSwish: 14,
  Identity: 1,
  LeakyRelu: 6,
  MatMul: 1,
  Max: 8,
  Min: 8,
  Mul: 7,
  Neg: 6,
  Pow: 7,
  Relu: 6,
  Reshape: 5,
  Sigmoid: 6,
  Sign: 9,
  // Of matrices over their last axis; of others it changed in 13.
  Softmax: 11,
  Sqrt: 6,
  Sub: 7,
  Tanh: 6,
  Transpose: 1,
};
