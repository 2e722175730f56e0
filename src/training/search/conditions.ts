import { didYouMean } from '../../core/closest-name.ts';
import { axisOf, indexOn } from './axis.ts';
import type { Dimension, ParameterValue, TrialParameters } from './search-space.ts';

/** Whether a dimension counts, given the values of the dimensions before it. */
export function isActive({ when = {} }: Dimension, chosen: TrialParameters): boolean {
  return Object.entries(when).every(([name, values]) => name in chosen && values.includes(chosen[name]!));
}

/** The dimensions in their order, but each after those its condition names; `cyclic` are those for which there is no order. */
export function orderByConditions(dimensions: readonly Dimension[]): {
  readonly ordered: readonly Dimension[];
  readonly cyclic: readonly string[];
} {
  const declared = new Set(dimensions.map(({ name }) => name));
  const placed = new Set<string>();
  const ordered: Dimension[] = [];
  let waiting = [...dimensions];
  for (;;) {
    const next = waiting.find((one) => parentsOf(one).every((name) => placed.has(name) || !declared.has(name)));
    if (next === undefined) return { ordered, cyclic: waiting.map(({ name }) => name) };
    ordered.push(next);
    placed.add(next.name);
    waiting = waiting.filter((one) => one !== next);
  }
}

/** What is wrong with conditions: names that are no parameter (`names` are all there are), values that never occur, circles. */
export function conditionProblems(dimensions: readonly Dimension[], names: readonly string[]): string[] {
  const { cyclic } = orderByConditions(dimensions);
  return [
    ...dimensions.flatMap(({ name, when = {} }) =>
      Object.entries(when).flatMap(([parent, values]) => {
        if (!names.includes(parent)) {
          return [`${name}: when names "${parent}", which is no parameter of the space. ${didYouMean(parent, names)}`];
        }
        const dimension = dimensions.find((one) => one.name === parent);
        return dimension === undefined
          ? []
          : valueProblems(dimension, values).map((problem) => `${name}: when ${problem}`);
      }),
    ),
    ...(cyclic.length === 0 ? [] : [`${cyclic.join(', ')}: their conditions (when) go round in a circle`]),
  ];
}

function parentsOf({ when = {} }: Dimension): readonly string[] {
  return Object.keys(when);
}

function valueProblems(parent: Dimension, values: readonly ParameterValue[]): string[] {
  if (hasProblems(parent)) return [];
  const axis = axisOf(parent);
  if (axis === undefined) {
    return [
      `asks for a value of ${parent.name}, which may be anything between its bounds; give it step, steps or choice`,
    ];
  }
  return values
    .filter((value) => indexOn(axis, parent, value) === -1)
    .map((value) => `asks for ${parent.name} ${JSON.stringify(value)}, a value that it never has`);
}

/** A range that was complained about already is not looked into. */
function hasProblems(dimension: Dimension): boolean {
  return dimension.kind !== 'choice' && dimension.low > dimension.high;
}
