import { ParameterError } from '../../core/errors.ts';

/** A piece of a filter: a name with its quoted parts, a text or a number, a comparator, or punctuation. */
export type Token = {
  readonly kind: 'word' | 'single-quoted' | 'double-quoted' | 'number' | 'comparator' | 'punctuation';
  readonly text: string;
  /** Counted from 1. */
  readonly position: number;
};

/**
 * Splits a filter or an order into tokens. A word may hold quoted parts: ``metrics.`cross entropy` ``.
 * @throws ParameterError telling where a character fits nowhere or a quote is not closed.
 */
export function filterTokens(text: string): Token[] {
  const tokens: Token[] = [];
  let at = 0;
  while (at < text.length) {
    const rest = text.slice(at);
    const blank = /^\s+/.exec(rest);
    if (blank !== null) {
      at += blank[0].length;
      continue;
    }
    const token = tokenAt(rest, at + 1);
    tokens.push(token);
    at += token.text.length;
  }
  return tokens;
}

/** In this order: `-1` is a number, `metrics."a b"` a word, `"a b"` alone a quoted text or a quoted key. */
const FORMS: readonly (readonly [Token['kind'], RegExp])[] = [
  ['number', /^[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?(?![\w.])/],
  ['word', /^(?:[\w./-]+(?:`[^`]*`|"[^"]*")?|`[^`]*`)/],
  ['single-quoted', /^'(?:[^']|'')*'/],
  ['double-quoted', /^"(?:[^"]|"")*"/],
  ['comparator', /^(?:!=|>=|<=|=|>|<)/],
  ['punctuation', /^[(),;]/],
];

function tokenAt(rest: string, position: number): Token {
  for (const [kind, form] of FORMS) {
    const found = form.exec(rest)?.[0];
    if (found !== undefined) return { kind, text: found, position };
  }
  const what = /^['"`]/.test(rest) ? `The quote ${rest[0]!} is not closed` : `"${rest[0]!}" has no meaning here`;
  throw invalid(`Invalid clause(s) in filter string: ${what}`, position);
}

/** The error for what is wrong at a place of a filter or an order. */
export function invalid(message: string, position: number): ParameterError {
  return new ParameterError(`${message} (at character ${position}).`, { details: { position } });
}
