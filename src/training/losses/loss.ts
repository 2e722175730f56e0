export const LOSS_NAMES = ['cross-entropy', 'binary-cross-entropy', 'mse', 'huber', 'focal'] as const;
export type LossName = (typeof LOSS_NAMES)[number];

/** What samples are labelled with: int32 class indices `[count]`, or float32 numbers `[count, outputs]`. */
export type LabelKind = 'classes' | 'numbers';

/** What training makes small: the mean over a batch's rows of one of these. */
export type Loss =
  | { readonly name: 'cross-entropy'; readonly labelSmoothing: number }
  | { readonly name: 'binary-cross-entropy'; readonly labelSmoothing: number }
  | { readonly name: 'mse' }
  | { readonly name: 'huber'; readonly delta: number }
  | { readonly name: 'focal'; readonly gamma: number; readonly alpha: number };

/** A loss as settings name it; what is left out has its default. */
export type LossSettings = {
  /** Default cross-entropy. */
  readonly loss?: LossName;
  /** Share of each target spread evenly over all classes, 0 ≤ … < 1 (arXiv 1512.00567 §7), of the cross-entropies; default 0. */
  readonly labelSmoothing?: number;
  /** The error from which Huber's loss grows no faster; default 1. */
  readonly huberDelta?: number;
  /** How much less a well recognised sample counts (focal); 0: not at all less; default 2. */
  readonly focalGamma?: number;
  /** With a softmax the factor of the focal loss, with sigmoids the weight of ones against zeros; default 0.25. */
  readonly focalAlpha?: number;
};

/** Which loss takes which of the settings. */
export const LOSS_TAKES: Readonly<Record<LossName, readonly (keyof LossSettings)[]>> = {
  'cross-entropy': ['labelSmoothing'],
  'binary-cross-entropy': ['labelSmoothing'],
  mse: [],
  huber: ['huberDelta'],
  focal: ['focalGamma', 'focalAlpha'],
};

const DEFAULTS: Required<LossSettings> = {
  loss: 'cross-entropy',
  labelSmoothing: 0,
  huberDelta: 1,
  focalGamma: 2,
  focalAlpha: 0.25,
};

/** The loss with its defaults. What it does not take is left aside. */
export function lossOf(settings: LossSettings): Loss {
  const { loss: name, labelSmoothing, huberDelta, focalGamma, focalAlpha } = { ...DEFAULTS, ...settings };
  switch (name) {
    case 'cross-entropy':
    case 'binary-cross-entropy':
      return { name, labelSmoothing };
    case 'mse':
      return { name };
    case 'huber':
      return { name, delta: huberDelta };
    case 'focal':
      return { name, gamma: focalGamma, alpha: focalAlpha };
  }
}
