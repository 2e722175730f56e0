/**
 * The built-in flows by name. A flow's module is imported only when it is asked for, so that listing the names, as
 * `--help` does, costs nothing.
 */
export const catalogue = {
  pipeline: {
    description: 'From a source to a promoted model: collect, prep, hpo and register, one after the other',
    composedOf: ['collect', 'prep', 'hpo', 'register'],
    load: async () => (await import('./pipeline.ts')).pipeline,
  },
  collect: {
    description: 'Fetch a dataset and keep it as an immutable version',
    next: 'mlflow-ts run prep',
    load: async () => (await import('./collect.ts')).collect,
  },
  prep: {
    description: 'Decode, resize and split the images of a dataset version into a tensor cache',
    next: 'mlflow-ts run hpo',
    load: async () => (await import('./prep.ts')).prep,
  },
  hpo: {
    description: 'Search hyper-parameters: train short trials and rank them by validation',
    next: 'mlflow-ts run register',
    load: async () => (await import('./hpo.ts')).hpo,
  },
  register: {
    description: "Train a study's best, save it as a model version and promote it when it is better",
    load: async () => (await import('./register.ts')).register,
  },
} as const;
