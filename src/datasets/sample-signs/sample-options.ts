import { didYouMean } from '../../core/closest-name.ts';
import { ParameterError } from '../../core/errors.ts';
import { allowedOptions, optionsText, readOptions } from '../address-options.ts';

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
  const { values, problems: wrong } = readOptions(query, RANGES);
  const problems = [
    ...(name === 'signs' ? [] : [`there is no sample ${JSON.stringify(name)}. ${didYouMean(name, ['signs'])}`]),
    ...wrong,
  ];
  if (problems.length > 0) {
    throw new ParameterError(
      `The source "sample:${rest}" is not understood:\n${problems.map((problem) => `- ${problem}\n`).join('')}Allowed is sample:signs${allowedOptions(RANGES)}`,
    );
  }
  return values;
}

/** The normal form of the address: equal options give equal text, defaults are left out. */
export function sampleSignsAddress(options: SampleSignsOptions): string {
  return `sample:signs${optionsText(options, RANGES)}`;
}

const RANGES = {
  seed: { lowest: 0, highest: 4_294_967_295, default: 7 },
  perClass: { lowest: 1, highest: 10_000, default: 100 },
} as const;
