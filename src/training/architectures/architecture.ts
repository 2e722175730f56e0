import type { SymbolicTensor } from '@tensorflow/tfjs-layers';
import type { z } from 'zod';
import type { ImageShape } from '../image-shape.ts';
import type { TensorFlow } from '../tensorflow.ts';

/** Names an architecture and its parameters: what a study searches and a model card records. */
export type ArchitectureSpec = {
  readonly name: string;
  readonly parameters: Readonly<Record<string, number | string | boolean>>;
};

/**
 * One family of networks. `body` is everything between the scaled pixels `[batch, height, width, channels]` and the softmax:
 * it gives features `[batch, features]`. Raw pixels 0..255 are scaled to 0..1 before it, a dense softmax over the classes
 * follows it. Of a head, `body` begins with the features of a backbone `[batch, features]`, as they are. Layers are named, so that
 * two builds of one spec save identical files.
 * @throws TrainingError from `body` when the images are too small.
 */
export interface Architecture<Parameters extends z.ZodObject = z.ZodObject> {
  readonly description: string;
  /** What the network begins with: pixels (default), or the features of a backbone. */
  readonly takes?: 'images' | 'features';
  readonly parameters: Parameters;
  body(tf: TensorFlow, parameters: z.output<Parameters>, image: ImageShape, input: SymbolicTensor): SymbolicTensor;
}

/** Ties the schema of the parameters to the function that reads them. */
export function defineArchitecture<Parameters extends z.ZodObject>(
  architecture: Architecture<Parameters>,
): Architecture<Parameters> {
  return architecture;
}
