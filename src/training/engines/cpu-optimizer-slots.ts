import type { AdamOptimizer, Variable } from '@tensorflow/tfjs-core';
import type { TensorFlow } from '../tensorflow.ts';
import type { StateTensor, TrainerState } from './training-engine.ts';

/**
 * What TensorFlow.js's Adam keeps between steps, by name. Its own `setWeights` computes the powers of β anew, which gives
 * other last digits than the products it has at that point: they are kept and written too.
 */
export function optimizerSlots({ core }: TensorFlow, optimizer: AdamOptimizer, variables: readonly Variable[]) {
  const products = (): (readonly [string, Variable])[] =>
    ['accBeta1', 'accBeta2'].map((name) => [name, Reflect.get(optimizer, name) as Variable]);
  const moments = ['firstMoment', 'secondMoment'].flatMap((role) =>
    variables.map(({ shape }, index) => ({ name: `${role}:${index}`, shape })),
  );
  return {
    expected: () => [...moments, ...products().map(([name]) => ({ name, shape: [] }))],

    read: async (): Promise<Record<string, StateTensor>> => {
      const [iterations, ...kept] = await optimizer.getWeights();
      iterations?.tensor.dispose();
      const values = kept.map(({ tensor }) => Float32Array.from(tensor.dataSync()));
      const read = moments.map(({ name, shape }, index) => {
        const size = shape.reduce((product, length) => product * length, 1);
        return [name, { shape, data: values[index] ?? new Float32Array(size) }] as const;
      });
      const scalars = products().map(([name, value]): readonly [string, StateTensor] => [
        name,
        { shape: [], data: Float32Array.from(value.dataSync()) },
      ]);
      return Object.fromEntries<StateTensor>([...read, ...scalars]);
    },

    write: async ({ steps, tensors }: TrainerState): Promise<void> => {
      const [before, ...replaced] = await optimizer.getWeights();
      const given = moments.map(({ name, shape }) => ({ name, tensor: core.tensor(tensors[name]!.data, [...shape]) }));
      const iterations = core.scalar(steps, 'int32');
      await optimizer.setWeights([{ name: 'iter', tensor: iterations }, ...given]);
      core.dispose([before, ...replaced].flatMap((each) => (each === undefined ? [] : [each.tensor])));
      core.dispose([iterations, ...given.map(({ tensor }) => tensor)]);
      for (const [name, value] of products()) {
        core.tidy(() => {
          value.assign(core.scalar(tensors[name]!.data[0]!));
        });
      }
    },
  };
}
