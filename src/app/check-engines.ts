import { installedEngines, type Engines } from '../training/engines/choose-engine.ts';
import type { TrainingEngine } from '../training/engines/training-engine.ts';
import { checkedBlocksFile, checkedBlocksPath } from './checked-blocks-file.ts';
import type { Check } from './check.ts';
import type { Project } from './project.ts';

/** Which engine trains here by default and how, and whether TensorFlow could: what was found out before is used, and not written. */
export async function checkEngines(project: Project, engines = enginesOf(project)): Promise<Check[]> {
  const onnx = await engines.onnx();
  const tensorflow = await engines.tensorflow();
  return [onnx.absence === undefined ? present(onnx) : absent(onnx.absence), checkTensorFlow(tensorflow)];
}

/** Optional: without it nothing is wrong. */
function checkTensorFlow({ version, absence }: TrainingEngine): Check {
  const check = { name: 'engine tensorflow', status: 'ok' } as const;
  if (absence === undefined) return { ...check, found: version };
  const remedy =
    'optional. It trains models with layers that engine onnx does not know, faster than engine cpu:\n' +
    'npm install @tensorflow/tfjs-node';
  return { ...check, found: `not used: ${absence}`, remedy };
}

function enginesOf(project: Project): Engines {
  const known = checkedBlocksFile(checkedBlocksPath({ project }));
  return installedEngines({ read: (installation) => known.read(installation), write: () => Promise.resolve() });
}

function present({ version, manner, handicap }: TrainingEngine): Check {
  const found = [version, manner, handicap].filter((part) => part !== undefined).join(', ');
  if (handicap === undefined) return { name: 'engine onnx', status: 'ok', found };
  return { name: 'engine onnx', status: 'warning', found, remedy: REMEDY };
}

function absent(reason: string): Check {
  const found = `${reason}: training falls back to the cpu engine, hundreds of times slower`;
  return { name: 'engine onnx', status: 'warning', found, remedy: REMEDY };
}

const REMEDY = 'npm install onnxruntime-node, where there is a binary for this machine (see docs/engines.md).';
