import { didYouMean } from '../../core/closest-name.ts';
import { ParameterError } from '../../core/errors.ts';

export type SampleSignsOptions = {
  /** Another seed draws other images of the same kind. */
  readonly seed: number;
  /** Training images a class; a class's first images stay the same when there are more of them. */
  readonly perClass: number;
};

/**
 * Reads what follows `sample:`, for example `signs` or `signs?seed=8&perClass=50`.
 * @throws ParameterError that tells all that is wrong, and what is allowed.
 */
export function parseSampleSigns(rest: string): SampleSignsOptions {
  const [name = '', query = ''] = rest.split(/\?(.*)/su, 2);
  const given = [...new URLSearchParams(query)];
  const problems = [
    ...(name === 'signs' ? [] : [`there is no sample ${JSON.stringify(name)}. ${didYouMean(name, ['signs'])}`]),
    ...given.flatMap(([key, value], index) => problemsOf(key, value, given.slice(0, index))),
  ];
  if (problems.length > 0) {
    throw new ParameterError(
      `The source "sample:${rest}" is not understood:\n${problems.map((problem) => `- ${problem}\n`).join('')}${ALLOWED}`,
    );
  }
  const values = new Map(given.map(([key, value]) => [key, Number(value)]));
  return {
    seed: values.get('seed') ?? RANGES.seed.default,
    perClass: values.get('perClass') ?? RANGES.perClass.default,
  };
}

/** The normal form of the address: equal options give equal text, defaults are left out. */
export function sampleSignsAddress(options: SampleSignsOptions): string {
  const query = OPTION_NAMES.filter((name) => options[name] !== RANGES[name].default)
    .map((name) => `${name}=${options[name]}`)
    .join('&');
  return query === '' ? 'sample:signs' : `sample:signs?${query}`;
}

const RANGES = {
  seed: { lowest: 0, highest: 4_294_967_295, default: 7 },
  perClass: { lowest: 1, highest: 10_000, default: 100 },
} as const satisfies Readonly<Record<keyof SampleSignsOptions, { lowest: number; highest: number; default: number }>>;

const OPTION_NAMES = ['seed', 'perClass'] as const satisfies readonly (keyof SampleSignsOptions)[];

const ALLOWED = `Allowed is sample:signs[?${OPTION_NAMES.map((name) => `${name}=${RANGES[name].default}`).join('&')}] with ${OPTION_NAMES.map((name) => `${name} ${rangeText(name)}`).join(' and ')}`;

function problemsOf(key: string, value: string, before: readonly (readonly [string, string])[]): string[] {
  if (!isOptionName(key)) return [`it has no option ${JSON.stringify(key)}. ${didYouMean(key, OPTION_NAMES)}`];
  if (before.some(([other]) => other === key)) return [`${key} is given twice`];
  const { lowest, highest } = RANGES[key];
  const number = /^\d+$/u.test(value) ? Number(value) : NaN;
  return number >= lowest && number <= highest ? [] : [`${key} is ${JSON.stringify(value)}, not ${rangeText(key)}`];
}

function isOptionName(key: string): key is keyof SampleSignsOptions {
  return (OPTION_NAMES as readonly string[]).includes(key);
}

function rangeText(name: keyof SampleSignsOptions): string {
  return `an integer from ${RANGES[name].lowest} to ${RANGES[name].highest}`;
}
