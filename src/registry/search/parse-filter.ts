import { isNumeric, NUMBER_COMPARATORS, TEXT_COMPARATORS, type Clause, type Identifier } from './clauses.ts';
import { filterTokens, invalid, type Token } from './filter-tokens.ts';
import { listed, parseIdentifier } from './parse-identifier.ts';

/**
 * Reads a filter in MLflow's grammar: clauses joined by AND, without OR, NOT or parentheses; an empty text filters nothing.
 * @throws ParameterError with what is wrong, and where.
 * @see https://mlflow.org/docs/latest/search-runs.html
 */
export function parseFilter(text: string): Clause[] {
  const tokens = filterTokens(text);
  const semicolon = tokens.find((token) => token.text === ';');
  if (semicolon !== undefined) throw invalid('Search filter contained multiple expression', semicolon.position);
  if (tokens.length === 0) return [];
  return splitAtAnd(tokens, text.length + 1).map(parseClause);
}

/** The tokens of a clause, and where it ends. */
type ClauseTokens = { readonly tokens: readonly Token[]; readonly end: number };

function splitAtAnd(tokens: readonly Token[], end: number): ClauseTokens[] {
  const and = tokens.findIndex((token) => isWord(token, 'AND'));
  if (and < 0) return [{ tokens, end }];
  return [{ tokens: tokens.slice(0, and), end: tokens[and]!.position }, ...splitAtAnd(tokens.slice(and + 1), end)];
}

function parseClause({ tokens, end }: ClauseTokens): Clause {
  const [name, ...rest] = tokens;
  if (name === undefined) throw invalid('Invalid clause(s) in filter string: a clause is missing', end);
  const outside = tokens.find(
    (token) => isWord(token, 'OR') || (isWord(token, 'NOT') && !isWord(after(tokens, token), 'IN', 'NULL')),
  );
  if (outside !== undefined) {
    throw invalid(
      `Invalid clause(s) in filter string: '${outside.text}' is not supported; only AND joins clauses`,
      outside.position,
    );
  }
  const identifier = parseIdentifier(name);
  const comparator = comparatorOf(rest);
  if (comparator === undefined) {
    throw invalid(`Invalid comparison clause. Expected 3 tokens found ${tokens.length}`, name.position);
  }
  return clauseOf(identifier, comparator, { name, end });
}

type Comparator = { readonly text: string; readonly position: number; readonly values: readonly Token[] };

/** The comparator, in capitals, and the tokens after it. */
function comparatorOf(rest: readonly Token[]): Comparator | undefined {
  const words = rest.slice(0, 3).map(({ text }) => text.toUpperCase());
  const [first] = rest;
  if (first === undefined) return undefined;
  const { position } = first;
  if (words[0] === 'IS' && words[1] === 'NOT' && words[2] === 'NULL') {
    return { text: 'IS NOT NULL', position, values: rest.slice(3) };
  }
  for (const pair of ['IS NULL', 'NOT IN']) {
    if (`${words[0]} ${words[1]}` === pair) return { text: pair, position, values: rest.slice(2) };
  }
  return { text: words[0]!, position, values: rest.slice(1) };
}

type Place = { readonly name: Token; readonly end: number };

function clauseOf(identifier: Identifier, comparator: Comparator, place: Place): Clause {
  assertFits(identifier, comparator);
  const { text, values } = comparator;
  if (text === 'IS NULL' || text === 'IS NOT NULL') {
    if (values.length > 0) throw unexpected(values[0]!);
    return { kind: 'presence', identifier, present: text === 'IS NOT NULL' };
  }
  if (text === 'IN' || text === 'NOT IN') {
    return { kind: 'list', identifier, negated: text === 'NOT IN', values: parseList(values, place.end) };
  }
  const [value, more] = values;
  if (value === undefined) throw invalid('Invalid comparison clause. Expected 3 tokens found 2', place.end);
  if (more !== undefined) throw unexpected(more);
  if (isNumeric(identifier)) {
    const known = NUMBER_COMPARATORS.find((one) => one === text)!;
    return { kind: 'number', identifier, comparator: known, value: numberOf(value, identifier) };
  }
  const known = TEXT_COMPARATORS.find((one) => one === text)!;
  return { kind: 'text', identifier, comparator: known, value: textOf(value) };
}

function assertFits(identifier: Identifier, { text, position }: Comparator): void {
  const valid = comparatorsOf(identifier);
  if (valid.includes(text)) return;
  throw invalid(`Invalid comparator '${text}' not one of ${listed(valid)}`, position);
}

function comparatorsOf(identifier: Identifier): readonly string[] {
  if (isNumeric(identifier)) return NUMBER_COMPARATORS;
  const presence = ['IS NULL', 'IS NOT NULL'];
  return identifier.kind === 'param' || identifier.kind === 'tag'
    ? [...TEXT_COMPARATORS, ...presence]
    : [...TEXT_COMPARATORS, 'IN', 'NOT IN'];
}

function numberOf({ kind, text, position }: Token, { kind: about }: Identifier): number {
  if (kind === 'number') return Number(text);
  throw invalid(`Expected numeric value type for ${about}. Found ${text}`, position);
}

function textOf({ kind, text, position }: Token): string {
  if (kind === 'single-quoted') return text.slice(1, -1).replaceAll("''", "'");
  if (kind === 'double-quoted') return text.slice(1, -1).replaceAll('""', '"');
  throw invalid(`Expected a quoted string value, e.g. 'onnx'. Found ${text}`, position);
}

/** `('a', 'b')`: a bracket, texts with commas between, a bracket. */
function parseList(tokens: readonly Token[], end: number): string[] {
  const last = tokens.length - 1;
  const expected = (index: number): string => (index === 0 ? '(' : index === last ? ')' : ',');
  const wrong = tokens.find(({ text }, index) => index % 2 === 0 && text !== expected(index));
  if (wrong !== undefined || last < 2 || last % 2 === 1) {
    throw invalid("Expected a list of quoted strings: ('a', 'b')", wrong?.position ?? end);
  }
  return tokens.filter((_, index) => index % 2 === 1).map(textOf);
}

function unexpected({ text, position }: Token): Error {
  return invalid(`Invalid clause(s) in filter string: '${text}' was not expected here`, position);
}

function after(tokens: readonly Token[], token: Token): Token | undefined {
  return tokens[tokens.indexOf(token) + 1];
}

function isWord(token: Token | undefined, ...words: readonly string[]): boolean {
  return token?.kind === 'word' && words.includes(token.text.toUpperCase());
}
