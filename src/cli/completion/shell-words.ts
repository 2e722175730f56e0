/**
 * The words of a command line up to the cursor, as a shell splits it, without its quotes; the last is being written and may
 * be empty. Nothing is expanded and nothing is executed.
 */
export function shellWords(line: string): string[] {
  const words: string[] = [];
  let word: string | undefined;
  for (const { 0: part } of line.matchAll(PART)) {
    if (/^\s/.test(part)) {
      if (word !== undefined) words.push(word);
      word = undefined;
    } else {
      word = `${word ?? ''}${unquoted(part)}`;
    }
  }
  return [...words, word ?? ''];
}

/** Blanks, a quoted text (perhaps not closed yet), an escaped character, or plain characters. */
const PART = /\s+|'[^']*'?|"(?:\\.|[^"\\])*"?|\\.|[^\s'"\\]+|\\$/gsu;

function unquoted(part: string): string {
  if (part.startsWith("'")) return part.replace(/^'|'$/g, '');
  if (part.startsWith('"')) return part.replace(/^"|"$/g, '').replaceAll(/\\(?<kept>["\\$`])/g, '$<kept>');
  return part.replaceAll(/\\(?<kept>.)/gsu, '$<kept>');
}
