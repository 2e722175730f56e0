import type { ArchitectureSpec } from '../../src/training/architectures/architecture.ts';
import { completeSpec } from '../../src/training/build-model.ts';
import type { ImageShape } from '../../src/training/image-shape.ts';

/** A network that is timed against PyTorch, and the most that a step may take of PyTorch's. */
export type TimedNetwork = {
  readonly name: string;
  readonly spec: ArchitectureSpec;
  readonly image: ImageShape;
  readonly batch: number;
  readonly bound: number;
};

export const NETWORKS: readonly TimedNetwork[] = [
  network('LeNet', { name: 'lenet', parameters: {} }, [28, 1], 128, 0.45),
  network('VGG-BN', { name: 'vgg-bn', parameters: {} }, [32, 3], 64, 0.85),
  network('MobileNetV2-mini', { name: 'mobilenet-like', parameters: { blocks: 8, headFilters: 0 } }, [64, 3], 32, 0.7),
  network('MobileNetV2', { name: 'mobilenet-like', parameters: {} }, [96, 3], 16, 0.8),
];

function network(
  name: string,
  spec: ArchitectureSpec,
  [size, channels]: readonly [number, number],
  batch: number,
  bound: number,
): TimedNetwork {
  const image = { height: size, width: size, channels };
  return { name: `${name} ${size}×${size}×${channels}, batch ${batch}`, spec: completeSpec(spec), image, batch, bound };
}
