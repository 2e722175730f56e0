import { didYouMean } from '../../core/closest-name.ts';
import { ParameterError } from '../../core/errors.ts';

/** An address behind its scheme: a path, and what follows `#`. */
export type DetectionAddress = { readonly path: string; readonly values: readonly string[] };

/**
 * Reads `PATH[#option=VALUE[&option=VALUE …]]`. A `#` that nothing like an option follows belongs to the path. Throws ParameterError
 * for another option, for one without a value, and for several values where `isList` is not set.
 */
export function parseDetectionAddress(
  rest: string,
  { scheme, option, isList }: { readonly scheme: string; readonly option: string; readonly isList: boolean },
): DetectionAddress {
  const { path, options } = /^(?<path>.*?)(?:#(?<options>\w+=.*))?$/su.exec(rest)!.groups as {
    path: string;
    options?: string;
  };
  if (options === undefined) return { path, values: [] };
  const [first, ...values] = options.split(new RegExp(`(?:^|&)${option}=`, 'u'));
  if (first !== '') {
    const name = /^\w+/u.exec(options)![0];
    throw new ParameterError(`${scheme}:${rest}: "${name}" is no option of ${scheme}:. ${didYouMean(name, [option])}`);
  }
  if (values.includes('') || (values.length > 1 && !isList)) {
    throw new ParameterError(`${scheme}:${rest}: #${option}= takes ${isList ? 'a value each time' : 'one value'}.`);
  }
  return { path, values };
}

/** Its normal form without the scheme. */
export function formatDetectionAddress({ path, values }: DetectionAddress, option: string): string {
  return values.length === 0 ? path : `${path}#${values.map((value) => `${option}=${value}`).join('&')}`;
}
