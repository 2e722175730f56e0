import { distance } from 'fastest-levenshtein';

/** The known name that was probably meant, or undefined when none is near; case, `-` and `_` do not count. */
export function closestName(given: string, known: readonly string[]): string | undefined {
  const wanted = normalise(given);
  const ranked = known
    .map((name) => ({ name, edits: distance(wanted, normalise(name)) }))
    .sort((left, right) => left.edits - right.edits);
  const best = ranked[0];
  return best !== undefined && best.edits <= allowedEdits(wanted, normalise(best.name)) ? best.name : undefined;
}

/** A sentence for the end of an error message: `Did you mean "x"?` when one name is near, else the names there are. */
export function didYouMean(given: string, known: readonly string[]): string {
  const closest = closestName(given, known);
  if (closest !== undefined) return `Did you mean "${closest}"?`;
  return known.length === 0 ? 'There are none yet.' : `There is: ${known.join(', ')}.`;
}

function normalise(name: string): string {
  return name.toLowerCase().replaceAll(/[-_\s]/g, '');
}

/** Two edits (two letters swapped are two), one for names of up to three letters, a third of the letters for long ones. */
function allowedEdits(left: string, right: string): number {
  const letters = Math.max(left.length, right.length);
  return letters <= 3 ? 1 : Math.max(2, Math.floor(letters / 3));
}
