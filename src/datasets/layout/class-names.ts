import { DataError } from '../../core/errors.ts';

/**
 * The names once each, in their order; labels are indices into it. Throws DataError when two differ only in case.
 * @param what They are, in the message: `class folders`.
 */
export function sortClassNames(names: Iterable<string>, what: string): string[] {
  const classNames = [...new Set(names)].sort();
  const spelled = new Map<string, string>();
  for (const name of classNames) {
    const other = spelled.get(name.toLowerCase());
    if (other !== undefined) {
      throw new DataError(`The ${what} "${other}" and "${name}" differ only in case. Rename or join them.`);
    }
    spelled.set(name.toLowerCase(), name);
  }
  return classNames;
}
