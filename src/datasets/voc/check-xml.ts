import { DataError } from '../../core/errors.ts';

/**
 * Throws DataError unless elements open and close as they must, around one root: the parser takes what is cut off, or closed by
 * another name, for whole. Document types are no part of it.
 */
export function checkXml(text: string): void {
  const open: string[] = [];
  let roots = 0;
  for (let at = text.indexOf('<'); at >= 0; at = text.indexOf('<', MARKUP.lastIndex)) {
    const { close, name, empty } = readMarkup(text, at);
    if (name === undefined) continue;
    if (close === '/') {
      if (open.pop() !== name) throw noXml(text, at, `</${name}> closes nothing`);
      continue;
    }
    if (open.length === 0) roots += 1;
    if (empty !== '/') open.push(name);
    if (open.length > MOST_NESTED) throw noXml(text, at, `more than ${MOST_NESTED} elements lie in each other`);
  }
  if (open.length > 0) throw noXml(text, text.length, `<${open.at(-1)!}> is not closed`);
  if (roots !== 1) throw noXml(text, text.length, `it has ${roots} elements around all`);
}

type Markup = Partial<Readonly<Record<'close' | 'name' | 'empty', string>>>;

/** What fits nowhere ends it at once, so that hostile text costs no more than its length. */
function readMarkup(text: string, at: number): Markup {
  MARKUP.lastIndex = at;
  const found = MARKUP.exec(text);
  if (found === null) throw noXml(text, at, 'there is an open "<"');
  return found.groups ?? {};
}

const MARKUP =
  /<(?:!--[^]*?--|\?[^]*?\?|!\[CDATA\[[^]*?\]\]|(?<close>\/?)(?<name>[^\s<>/!?"'=]+)(?:"[^"]*"|'[^']*'|[^<>"'/]|\/(?!>))*(?<empty>\/?))>/uy;
const MOST_NESTED = 100;

function noXml(text: string, at: number, what: string): DataError {
  return new DataError(`it is no XML: ${what} (line ${text.slice(0, at).split('\n').length})`);
}
