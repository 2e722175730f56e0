/** Orders names as people do: `hand2` before `hand10`, whatever their case. */
export function naturalOrder(left: string, right: string): number {
  return collator.compare(left, right) || byCodeUnits(left, right);
}

/**
 * Paths as they were given, unless they stand in the order in which a shell lists what `*` matches: that puts `10` before
 * `2` and was meant by nobody, so they are put into natural order.
 */
export function orderGivenPaths(paths: readonly string[]): readonly string[] {
  return isListedByShell(paths) ? paths.toSorted(naturalOrder) : paths;
}

const collator = new Intl.Collator('en', { numeric: true, sensitivity: 'base' });
const dictionary = new Intl.Collator('en');

function isListedByShell(paths: readonly string[]): boolean {
  return isOrdered(paths, byCodeUnits) || isOrdered(paths, dictionary.compare);
}

function isOrdered(paths: readonly string[], compare: (left: string, right: string) => number): boolean {
  return paths.every((path, index) => index === 0 || compare(paths[index - 1]!, path) <= 0);
}

function byCodeUnits(left: string, right: string): number {
  if (left === right) return 0;
  return left < right ? -1 : 1;
}
