import { DataError } from '../../core/errors.ts';
import { spellingKey } from './spelling.ts';

/**
 * The names once each, in their order; labels are indices into it. Throws DataError when two differ only in their spelling.
 * @param what They are, in the message: `class folders`.
 */
export function sortClassNames(names: Iterable<string>, what: string): string[] {
  const classNames = [...new Set(names)].sort();
  const spelled = new Map<string, string>();
  for (const name of classNames) {
    const other = spelled.get(spellingKey(name));
    if (other !== undefined) {
      const how = other.normalize() === name.normalize() ? 'how their letters are composed (NFC or NFD)' : 'case';
      throw new DataError(`The ${what} "${other}" and "${name}" differ only in ${how}. Rename or join them.`);
    }
    spelled.set(spellingKey(name), name);
  }
  return classNames;
}
