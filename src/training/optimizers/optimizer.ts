export const OPTIMIZER_NAMES = ['adam', 'adamw', 'sgd', 'rmsprop'] as const;
export type OptimizerName = (typeof OPTIMIZER_NAMES)[number];

/** How gradients move weights. */
export type Optimizer =
  | { readonly name: 'sgd'; readonly momentum: number; readonly nesterov: boolean }
  | { readonly name: 'adam' }
  | { readonly name: 'adamw'; readonly weightDecay: number }
  | { readonly name: 'rmsprop'; readonly momentum: number };

/** An optimiser as settings name it; what is left out has its default. */
export type OptimizerSettings = {
  /** Default adam. */
  readonly optimizer?: OptimizerName;
  /** Share of the last change that is added to the next, 0 ≤ … < 1, of sgd and rmsprop; default 0. */
  readonly momentum?: number;
  /** Looks ahead along the momentum (sgd; Sutskever et al. 2013); default false. */
  readonly nesterov?: boolean;
  /** Share of every weight, times the learning rate, that a step takes away (adamw); default 0.01. */
  readonly weightDecay?: number;
};

/** Which optimiser takes which of the settings besides the learning rate. */
export const OPTIMIZER_TAKES: Readonly<Record<OptimizerName, readonly (keyof OptimizerSettings)[]>> = {
  sgd: ['momentum', 'nesterov'],
  adam: [],
  adamw: ['weightDecay'],
  rmsprop: ['momentum'],
};

/** The optimiser with its defaults. What it does not take is left aside. */
export function optimizerOf(settings: OptimizerSettings): Optimizer {
  const { optimizer: name = 'adam', momentum = 0, nesterov = false, weightDecay = 0.01 } = settings;
  switch (name) {
    case 'sgd':
      return { name, momentum, nesterov };
    case 'adam':
      return { name };
    case 'adamw':
      return { name, weightDecay };
    case 'rmsprop':
      return { name, momentum };
  }
}
