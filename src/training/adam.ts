/** Adam's constants (arXiv 1412.6980), as TensorFlow has them. */
export const ADAM = { beta1: 0.9, beta2: 0.999, epsilon: 1e-7 } as const;
