/** A text in which `${env:NAME}` stands, in sealed texts also `${env:NAME|form}`. */
export type Reference = {
  /** The `$` before it: an odd number means a reference, an even one the literal text with half as many. */
  readonly dollars: number;
  /** From the brace on, as it is written. */
  readonly written: string;
  /** Undefined when what follows `{env:` is no name. */
  readonly name: string | undefined;
  readonly form: string | undefined;
};

/** What references begin with, behind their dollars. */
export const REFERENCE_START = '{env:';
/** The beginning of a reference and, where it is well formed, all of it. */
export const REFERENCE = String.raw`\{env:(?:(?<name>[A-Za-z_]\w*)(?:\|(?<form>[\w.]+))?\})?`;

/** Writes the reference to an environment variable, in one of the forms that its value may appear in. */
export function referenceTo(name: string, form?: string): string {
  return form === undefined ? `\${env:${name}}` : `\${env:${name}|${form}}`;
}

/** Replaces everything that looks like a reference, its dollars included. */
export function replaceReferences(text: string, replace: (reference: Reference) => string): string {
  if (!text.includes(REFERENCE_START)) return text;
  let result = '';
  let done = 0;
  for (const match of text.matchAll(new RegExp(REFERENCE, 'g'))) {
    const dollars = dollarsBefore(text, match.index, done);
    if (dollars === 0) continue;
    const [written] = match;
    const reference = { dollars, written, name: match.groups?.name, form: match.groups?.form };
    result += text.slice(done, match.index - dollars) + replace(reference);
    done = match.index + written.length;
  }
  return result + text.slice(done);
}

/** How many `$` stand directly before an index, not looking further back than `from`. */
export function dollarsBefore(text: string, index: number, from: number): number {
  let start = index;
  while (start > from && text[start - 1] === '$') start -= 1;
  return index - start;
}
