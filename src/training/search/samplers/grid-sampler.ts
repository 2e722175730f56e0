import { seededRandom } from '../../../core/seeded-random.ts';
import { gridOf, type Grid } from '../grid.ts';
import { configHash } from '../search-space.ts';
import type { Sampler } from './sampler.ts';

/**
 * Walks the grid in declared order, the last dimension fastest. With `shuffleSeed` the cells come in a random order that
 * the seed decides, which is the better order for a study that may not reach the end.
 */
export function gridSampler(options: { readonly shuffleSeed?: number } = {}): Sampler {
  return {
    name: options.shuffleSeed === undefined ? 'grid' : 'shuffled-grid',
    size: (space) => gridOf(space).size,
    suggest: (space, number, past) => {
      const taken = new Set(past.map((trial) => trial.configHash));
      const grid = gridOf(space);
      const indexAt = cellOrder(grid, options.shuffleSeed);
      for (let position = number; position < number + grid.size; position += 1) {
        const cell = grid.cell(indexAt(position % grid.size));
        if (!taken.has(configHash(cell))) return cell;
      }
      return undefined;
    },
  };
}

function cellOrder({ size }: Grid, shuffleSeed: number | undefined): (position: number) => number {
  if (shuffleSeed === undefined) return (position) => position;
  const cells = seededRandom('grid order', shuffleSeed).shuffle(Array.from({ length: size }, (_, cell) => cell));
  return (position) => cells[position]!;
}
