import type { JsonObject } from '../core/json.ts';

/** The search space of an architecture when none is given: small, so that a first run ends soon. */
export function defaultSpace(architecture: string): JsonObject {
  return Object.hasOwn(SPACES, architecture)
    ? SPACES[architecture]!
    : { learningRate: { choice: [0.001, 0.002, 0.004] } };
}

const SPACES: Readonly<Record<string, JsonObject>> = {
  cnn: {
    learningRate: { choice: [0.001, 0.002, 0.004] },
    filters: { choice: [8, 16] },
    batchSize: { choice: [32] },
    dropout: { choice: [0] },
  },
  linear: { learningRate: { choice: [0.001, 0.003, 0.01] }, batchSize: { choice: [32] } },
  mlp: {
    learningRate: { choice: [0.001, 0.003] },
    units: { choice: [128, 256] },
    dropout: { choice: [0.25, 0.5] },
    batchSize: { choice: [32] },
  },
};
