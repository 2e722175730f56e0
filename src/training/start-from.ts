import type { LayersModel } from '@tensorflow/tfjs-layers';
import { TrainingError } from '../core/errors.ts';
import { describeSizes } from './image-shape.ts';
import { weightRole } from './initial-weights.ts';
import { headOf } from './stages.ts';
import type { Layer, TensorFlow } from './tensorflow.ts';

/**
 * Begins with the weights of an earlier model of the same architecture: those of each layer are taken from the layer of that name. The
 * head keeps its own weights unless it is wanted and as large.
 * @throws TrainingError naming every layer that the other model lacks, has more or has in another size.
 */
export function startFrom(
  { core }: TensorFlow,
  model: LayersModel,
  initial: { readonly model: LayersModel; readonly name: string; readonly withHead: boolean },
): void {
  const head = headOf(model);
  const others = new Map(weighted(initial.model).map((layer) => [layer.name, layer]));
  const mine = weighted(model);
  const known = new Set(mine.map(({ name }) => name));
  const problems = [
    ...mine.flatMap((layer) => misfits(layer, others.get(layer.name), layer === head)),
    ...[...others.keys()].flatMap((name) => (known.has(name) ? [] : [`it has a layer '${name}' more`])),
  ];
  if (problems.length > 0) {
    throw new TrainingError(
      `Training cannot begin with the weights of ${initial.name}: ${problems.slice(0, SHOWN).join('; ')}` +
        `${problems.length > SHOWN ? `; and ${problems.length - SHOWN} more` : ''}. Use its architecture and parameters, and images of its size.`,
    );
  }
  for (const layer of mine) {
    const other = others.get(layer.name)!;
    if (layer === head && !(initial.withHead && describe(layer) === describe(other))) continue;
    core.tidy(() => layer.setWeights(other.getWeights()));
  }
}

const SHOWN = 5;

function weighted({ layers }: LayersModel): Layer[] {
  return layers.filter((layer) => layer.weights.length > 0);
}

function misfits(layer: Layer, other: Layer | undefined, isHead: boolean): string[] {
  if (other === undefined) return [`it has no layer '${layer.name}'`];
  const [mine, theirs] = [describe(layer), describe(other)];
  return mine === theirs || isHead ? [] : [`layer '${layer.name}' is ${theirs} in it, here ${mine}`];
}

/** `kernel 3×3×1×8, bias 8`. */
function describe({ weights }: Layer): string {
  return weights
    .map(({ originalName, shape }) => `${weightRole(originalName)} ${describeSizes(shape.map(Number))}`)
    .join(', ');
}
