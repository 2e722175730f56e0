import { ParameterError } from '../../core/errors.ts';
import { allowedOptions, optionsText, readOptions } from '../address-options.ts';

/** A breed, or one of its sub-breeds. */
export type Breed = { readonly main: string; readonly sub?: string };

export type DogAddress = {
  /** Sorted; none: all that there are. */
  readonly breeds: readonly Breed[];
  /** Images a class, at most; those that were chosen stay chosen when there are more of them. */
  readonly perClass: number;
  /** Another seed chooses other images. */
  readonly seed: number;
  /** In its normal form. */
  readonly address: string;
};

/**
 * Reads what follows `dog-api:`, for example nothing, `hound-afghan,poodle` or `?perClass=20`.
 * @throws ParameterError that tells all that is wrong, and what is allowed.
 */
export function parseDogAddress(rest: string): DogAddress {
  const [list = '', query = ''] = rest.split(/\?(.*)/su, 2);
  const { values, problems: wrong } = readOptions(query, RANGES);
  const names = list.split(',').map((name) => name.trim().toLowerCase().replace('/', '-'));
  const given = list.trim() === '' ? [] : [...new Set(names)].sort();
  const problems = [...given.filter((name) => !BREED.test(name)).map(problemWith), ...wrong];
  if (problems.length > 0) {
    throw new ParameterError(
      `The source "dog-api:${rest}" is not understood:\n${problems.map((problem) => `- ${problem}\n`).join('')}Allowed is dog-api:[breed,breed-subbreed,…]${allowedOptions(RANGES)}`,
    );
  }
  return {
    breeds: given.map(parseBreed),
    ...values,
    address: `dog-api:${given.join(',')}${optionsText(values, RANGES)}`,
  };
}

/** As folders and addresses write it: `hound-afghan`. */
export function breedName({ main, sub }: Breed): string {
  return sub === undefined ? main : `${main}-${sub}`;
}

const RANGES = {
  perClass: { lowest: 1, highest: 10_000, default: 100 },
  seed: { lowest: 0, highest: 4_294_967_295, default: 7 },
} as const;

const BREED = /^[a-z0-9]+(?:-[a-z0-9]+)?$/u;

function problemWith(name: string): string {
  return `${JSON.stringify(name)} is no name of a breed; they are like poodle and, of a sub-breed, hound-afghan`;
}

function parseBreed(name: string): Breed {
  const [main = '', sub] = name.split('-');
  return sub === undefined ? { main } : { main, sub };
}
