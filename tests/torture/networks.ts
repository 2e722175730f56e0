// Trains random networks one step on plain maps and on blocks of channels, and compares all gradients:
//   npm run torture:networks             200 networks, a seed from the clock
//   node dist/tests/torture/networks.js --networks 1000 --seed 7
import { parseArgs } from 'node:util';
import fc from 'fast-check';
import { findBlockKernels } from '../../src/training/engines/block-kernels.ts';
import { findOnnxRuntime } from '../../src/training/engines/onnx-runtime.ts';
import { startSessionHost } from '../../src/training/engines/session-host.ts';
import { loadTensorFlow } from '../../src/training/tensorflow.ts';
import { compareNetwork, type ComparedNetwork } from '../helpers/compare-network.ts';
import { randomNetwork } from '../helpers/random-networks.ts';

const { values } = parseArgs({ options: { networks: { type: 'string' }, seed: { type: 'string' } } });
const NETWORKS = Number(values.networks ?? 200);
const SEED = Number(values.seed ?? Date.now() % 1_000_000);
/** Sessions stay in their worker until it ends. */
const NETWORKS_A_HOST = 25;

const tf = await loadTensorFlow();
const runtime = await findOnnxRuntime();
const kernels = await findBlockKernels(runtime);
if (kernels.kind === 'blocked') await torture(kernels.block);
else console.log(`SKIPPED: ${kernels.reason}.`);

async function torture(block: number): Promise<void> {
  console.log(`torture: ${NETWORKS} networks on blocks of ${block}, seed ${SEED}`);
  const start = performance.now();
  const done: ComparedNetwork[] = [];
  let host = startSessionHost('onnxruntime-node');
  const outcome = await fc.check(
    fc.asyncProperty(randomNetwork, async (network) => {
      if (done.length % NETWORKS_A_HOST === NETWORKS_A_HOST - 1) {
        await host.close();
        host = startSessionHost('onnxruntime-node');
      }
      const compared = await compareNetwork({ tf, host, block }, network);
      done.push(compared);
      if (compared.complaint !== undefined) throw new Error(compared.complaint);
    }),
    { numRuns: NETWORKS, seed: SEED },
  );
  await host.close();
  if (outcome.failed) console.log(String(outcome.errorInstance), fc.defaultReportMessage(outcome));
  for (const normalises of [false, true])
    summarise(
      done.filter((each) => each.normalises === normalises),
      normalises,
    );
  console.log(`${done.length} comparisons in ${((performance.now() - start) / 1000).toFixed(0)} s`);
  process.exitCode = outcome.failed ? 1 : 0;
}

function summarise(comparisons: readonly ComparedNetwork[], normalises: boolean): void {
  const tensors = comparisons.reduce((sum, each) => sum + each.tensors, 0);
  const judged = comparisons.reduce((sum, each) => sum + each.judged, 0);
  console.log(
    `${normalises ? 'with' : 'without'} batch normalisation: ${comparisons.length} networks, ${tensors} tensors, ` +
      `${judged} above 1e-5 and within what a rounding error of the weights does, ` +
      `${comparisons.filter(({ turned }) => turned).length} networks agreed with other weights only`,
  );
}
