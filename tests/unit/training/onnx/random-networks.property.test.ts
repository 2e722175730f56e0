import { afterAll, test } from '@jest/globals';
import fc from 'fast-check';
import { findBlockKernels } from '../../../../src/training/engines/block-kernels.ts';
import { findOnnxRuntime } from '../../../../src/training/engines/onnx-runtime.ts';
import { startSessionHost } from '../../../../src/training/engines/session-host.ts';
import { loadTensorFlow } from '../../../../src/training/tensorflow.ts';
import { compareNetwork } from '../../../helpers/compare-network.ts';
import { randomNetwork } from '../../../helpers/random-networks.ts';

const tf = await loadTensorFlow();
const kernels = await findBlockKernels(await findOnnxRuntime());
const host = kernels.kind === 'blocked' ? startSessionHost('onnxruntime-node') : undefined;
const blockedTest = kernels.kind === 'blocked' ? test : test.skip;

afterAll(() => host?.close());

// `npm run torture:networks` draws 200 and more.
blockedTest(
  'random networks have the same gradients on blocks of channels as on plain maps',
  async () => {
    const property = fc.asyncProperty(randomNetwork, async (network) => {
      const block = kernels.kind === 'blocked' ? kernels.block : 1;
      const { complaint } = await compareNetwork({ tf, host: host!, block }, network);
      if (complaint !== undefined) throw new Error(complaint);
    });
    await fc.assert(property, { numRuns: 15, seed: 20261121 });
  },
  60_000,
);
