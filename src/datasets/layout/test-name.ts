import { spellingKey } from './spelling.ts';

/**
 * The label in the name of a file of a flat test folder: `A_test.jpg`, `nothing12.png`, `space.jpg`. The longest class
 * name wins, so `del_test.jpg` is `del` and not `d`. Undefined when the name begins with no class name; labels are by
 * their spelling key.
 */
export function splitTestName(fileName: string, labels: ReadonlyMap<string, number>): number | undefined {
  const stem = spellingKey(fileName.slice(0, fileName.lastIndexOf('.')));
  const names = [...labels.keys()].sort((left, right) => right.length - left.length);
  const name = names.find((candidate) => stem.startsWith(candidate) && AFTER_NAME.test(stem.slice(candidate.length)));
  return name === undefined ? undefined : labels.get(name);
}

/** Nothing, a number, or a separator and anything: so that "apple.jpg" is not class "a". */
const AFTER_NAME = /^(?:$|\d+$|[ _\-.(])/u;
