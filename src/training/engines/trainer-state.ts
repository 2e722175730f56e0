import { TrainingError } from '../../core/errors.ts';
import type { TrainerState } from './training-engine.ts';

/** @throws TrainingError unless the state has just these tensors, each of its size. */
export function requireFittingState(
  { tensors }: TrainerState,
  expected: readonly { readonly name: string; readonly shape: readonly number[] }[],
): void {
  for (const { name, shape } of expected) {
    const found = tensors[name];
    if (found === undefined) throw misfit(`it has no '${name}'`);
    const sizes = [shape, found.shape].map((each) => each.join('×'));
    if (sizes[0] !== sizes[1]) throw misfit(`'${name}' is ${sizes[1]} in it, ${sizes[0]} in the model`);
  }
  const known = new Set(expected.map(({ name }) => name));
  const strange = Object.keys(tensors).find((name) => !known.has(name));
  if (strange !== undefined) throw misfit(`the model has no '${strange}'`);
}

function misfit(what: string): TrainingError {
  return new TrainingError(`The training cannot go on from this state: ${what}.`);
}
