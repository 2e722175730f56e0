import { TrainingError } from '../../core/errors.ts';
import { describeShape, type ImageShape } from '../image-shape.ts';

/** @throws TrainingError when an image has fewer than `least` rows or columns, with what asks for them and what helps. */
export function requirePixels(image: ImageShape, least: number, { because, help }: { because: string; help: string }) {
  if (image.height >= least && image.width >= least) return;
  throw new TrainingError(
    `Architecture ${because} and needs at least ${least}×${least} pixels; the images are ${describeShape(image)}. ${help}`,
  );
}
