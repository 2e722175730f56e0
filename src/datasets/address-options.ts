import { didYouMean } from '../core/closest-name.ts';

/** The whole numbers that an option of an address may be, and what it is when the address does not tell. */
export type OptionRange = { readonly lowest: number; readonly highest: number; readonly default: number };
export type OptionRanges = Readonly<Record<string, OptionRange>>;

/** What an address means, or all that is wrong with it, a phrase a problem. */
export type ReadOptions<Ranges extends OptionRanges> = {
  readonly values: { readonly [Name in keyof Ranges]: number };
  readonly problems: readonly string[];
};

/** Reads the options of an address, what is behind its `?`: `seed=8&perClass=50`. */
export function readOptions<Ranges extends OptionRanges>(query: string, ranges: Ranges): ReadOptions<Ranges> {
  const given = [...new URLSearchParams(query)];
  const told = new Map(given.map(([name, value]) => [name, Number(value)]));
  const values = Object.entries(ranges).map(([name, range]) => [name, told.get(name) ?? range.default]);
  return {
    values: Object.fromEntries(values) as ReadOptions<Ranges>['values'],
    problems: given.flatMap(([name, value], index) => problemsOf(name, value, given.slice(0, index), ranges)),
  };
}

/** The options in their normal form, with the `?`: equal options give equal text, defaults are left out. */
export function optionsText<Ranges extends OptionRanges>(
  values: { readonly [Name in keyof Ranges]: number },
  ranges: Ranges,
): string {
  const told = Object.entries(ranges).filter(([name, range]) => values[name] !== range.default);
  return told.length === 0 ? '' : `?${told.map(([name]) => `${name}=${String(values[name])}`).join('&')}`;
}

/** For messages: `[?seed=7&perClass=100] with seed an integer from 0 to 9 and perClass …`. */
export function allowedOptions(ranges: OptionRanges): string {
  const entries = Object.entries(ranges);
  const defaults = entries.map(([name, range]) => `${name}=${range.default}`).join('&');
  return `[?${defaults}] with ${entries.map(([name, range]) => `${name} ${rangeText(range)}`).join(' and ')}`;
}

type Given = readonly [name: string, value: string];

function problemsOf(name: string, value: string, before: readonly Given[], ranges: OptionRanges): string[] {
  const range = Object.hasOwn(ranges, name) ? ranges[name] : undefined;
  if (range === undefined)
    return [`it has no option ${JSON.stringify(name)}. ${didYouMean(name, Object.keys(ranges))}`];
  if (before.some(([other]) => other === name)) return [`${name} is given twice`];
  const number = /^\d+$/u.test(value) ? Number(value) : NaN;
  const isIn = number >= range.lowest && number <= range.highest;
  return isIn ? [] : [`${name} is ${JSON.stringify(value)}, not ${rangeText(range)}`];
}

function rangeText({ lowest, highest }: OptionRange): string {
  return `an integer from ${lowest} to ${highest}`;
}
