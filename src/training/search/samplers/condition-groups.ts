import { canonicalJson } from '../../../core/json.ts';
import type { Dimension, SearchSpace } from '../search-space.ts';

/** The dimensions of a space in groups that count together, those that a group's condition names in groups before it. */
export function conditionGroups({ dimensions }: SearchSpace): readonly (readonly Dimension[])[] {
  const groups = new Map<string, Dimension[]>();
  for (const dimension of dimensions) {
    const key = canonicalJson(dimension.when ?? {});
    groups.set(key, [...(groups.get(key) ?? []), dimension]);
  }
  return [...groups.values()];
}
