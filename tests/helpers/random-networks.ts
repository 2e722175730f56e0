import fc from 'fast-check';

/** A small network as data: what is done to maps one after the other. What does not fit the maps it meets is made to, or left out. */
export type RandomNetwork = {
  /** `[height, width, channels]`. */
  readonly image: readonly [number, number, number];
  readonly rows: number;
  readonly classes: number;
  readonly steps: readonly Step[];
  readonly end: 'flatten' | 'mean' | 'max';
  readonly units: number;
  readonly seed: number;
};

type Windowed = {
  readonly size: readonly [number, number];
  readonly strides: number;
  readonly padding: 'same' | 'valid';
};

export type Convolving = Windowed & {
  readonly dilation: number;
  readonly filters: number;
  readonly multiplier: number;
  readonly useBias: boolean;
  readonly activation: string;
  readonly frozen: boolean;
};

export type Step =
  | (Convolving & { readonly kind: 'conv' | 'depthwise' | 'separable' })
  | (Windowed & { readonly kind: 'maxPool' | 'averagePool' })
  | { readonly kind: 'normalise'; readonly center: boolean; readonly scale: boolean; readonly frozen: boolean }
  | { readonly kind: 'activation'; readonly activation: string }
  | { readonly kind: 'dropout'; readonly rate: number }
  | { readonly kind: 'pad'; readonly pads: readonly [number, number, number, number] }
  | { readonly kind: 'upsample'; readonly size: readonly [number, number] }
  | { readonly kind: 'gate'; readonly activation: string }
  | { readonly kind: 'shared'; readonly size: number; readonly activation: string }
  | { readonly kind: 'nested'; readonly steps: readonly Step[]; readonly frozen: boolean }
  | { readonly kind: 'merge'; readonly how: 'add' | 'multiply' | 'concat'; readonly steps: readonly Step[] };

export const ACTIVATIONS = [
  ...['linear', 'relu', 'relu6', 'elu', 'sigmoid', 'tanh', 'swish', 'leakyRelu', 'hardSwish', 'softmax'],
] as const;

const activation = fc.constantFrom(...ACTIVATIONS);
const side = fc.integer({ min: 1, max: 4 });
/** Channels around the sizes of blocks, 8 and 16, where they are filled up. */
const channels = fc.oneof(fc.integer({ min: 1, max: 9 }), fc.constantFrom(12, 15, 16, 17, 24, 31, 32, 33, 40));
const windowed = {
  size: fc.tuple(side, side),
  strides: fc.constantFrom(1, 1, 1, 2, 3),
  padding: fc.constantFrom('same' as const, 'valid' as const),
};
const frozen = fc.integer({ min: 0, max: 6 }).map((drawn) => drawn === 6);
const convolving = {
  ...windowed,
  dilation: fc.constantFrom(1, 1, 1, 2, 3),
  filters: channels,
  multiplier: fc.constantFrom(1, 1, 2),
  useBias: fc.boolean(),
  activation,
  frozen,
};

const normalise = fc.record({
  kind: fc.constant('normalise' as const),
  center: fc.boolean(),
  scale: fc.boolean(),
  frozen,
});
const leaf: fc.Arbitrary<Step> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('conv' as const), ...convolving }) },
  {
    weight: 3,
    arbitrary: fc.record({ kind: fc.constantFrom('depthwise' as const, 'separable' as const), ...convolving }),
  },
  {
    weight: 3,
    arbitrary: fc.record({ kind: fc.constantFrom('maxPool' as const, 'averagePool' as const), ...windowed }),
  },
  { weight: 2, arbitrary: normalise },
  fc.record({ kind: fc.constant('activation' as const), activation }),
  fc.record({ kind: fc.constant('dropout' as const), rate: fc.constantFrom(0.1, 0.5) }),
  fc.record({
    kind: fc.constant('pad' as const),
    pads: fc.tuple(fc.nat({ max: 2 }), fc.nat({ max: 2 }), fc.nat({ max: 2 }), fc.nat({ max: 2 })),
  }),
  fc.record({
    kind: fc.constant('upsample' as const),
    size: fc.tuple(fc.integer({ min: 1, max: 3 }), fc.integer({ min: 1, max: 2 })),
  }),
  fc.record({ kind: fc.constant('gate' as const), activation }),
  fc.record({ kind: fc.constant('shared' as const), size: fc.integer({ min: 1, max: 3 }), activation }),
);

const inner = fc.array(leaf, { minLength: 1, maxLength: 3 });
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 8, arbitrary: leaf },
  fc.record({ kind: fc.constant('nested' as const), steps: inner, frozen }),
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('merge' as const),
      how: fc.constantFrom('add' as const, 'multiply' as const, 'concat' as const),
      steps: inner,
    }),
  },
);

/** Networks of every kind of layer, small enough to be trained in milliseconds. */
export const randomNetwork: fc.Arbitrary<RandomNetwork> = fc.record({
  image: fc.tuple(fc.integer({ min: 3, max: 13 }), fc.integer({ min: 3, max: 13 }), fc.integer({ min: 1, max: 4 })),
  rows: fc.integer({ min: 1, max: 6 }),
  classes: fc.integer({ min: 2, max: 5 }),
  steps: fc.array(step, { minLength: 1, maxLength: 6 }),
  end: fc.constantFrom('flatten' as const, 'mean' as const, 'max' as const),
  units: fc.nat({ max: 20 }),
  seed: fc.nat({ max: 1_000_000 }),
});

/** Whether a network takes statistics of its batch: they lose digits, so that its activations must be smooth to be compared. */
export function normalisesBatches({ steps }: { readonly steps: readonly Step[] }): boolean {
  return steps.some((each) => each.kind === 'normalise' || ('steps' in each && normalisesBatches(each)));
}
