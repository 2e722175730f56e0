import { seededRandom } from '../../../core/seeded-random.ts';
import { gridCell, gridSize } from '../grid.ts';
import { configHash, type SearchSpace } from '../search-space.ts';
import type { Sampler } from './sampler.ts';

/**
 * Walks the grid in declared order, the last dimension fastest. With `shuffleSeed` the cells come in a random order that
 * the seed decides, which is the better order for a study that may not reach the end.
 */
export function gridSampler(options: { readonly shuffleSeed?: number } = {}): Sampler {
  return {
    name: options.shuffleSeed === undefined ? 'grid' : 'shuffled-grid',
    size: gridSize,
    suggest: (space, number, past) => {
      const taken = new Set(past.map((trial) => trial.configHash));
      const order = cellOrder(space, options.shuffleSeed);
      for (let index = number; index < number + order.size; index += 1) {
        const cell = gridCell(space, order.at(index % order.size));
        if (!taken.has(configHash(cell))) return cell;
      }
      return undefined;
    },
  };
}

type CellOrder = { readonly size: number; at(position: number): number };

function cellOrder(space: SearchSpace, shuffleSeed: number | undefined): CellOrder {
  const size = gridSize(space);
  if (shuffleSeed === undefined) return { size, at: (position) => position };
  const cells = seededRandom('grid order', shuffleSeed).shuffle(Array.from({ length: size }, (_, cell) => cell));
  return { size, at: (position) => cells[position]! };
}
