import type { Json } from './json.ts';
import { mapJson, someInJson } from './map-json.ts';
import { secretForms } from './secret-forms.ts';
import { dollarsBefore, REFERENCE, REFERENCE_START, referenceTo, replaceReferences } from './secret-references.ts';
import type { Reference } from './secret-references.ts';

/** Ids and hashes stay whole: shorter secrets are in them by chance. */
const MIN_IN_ID = 16;
const ID = /^(?:[0-9a-f]{8}-[0-9a-f-]{27}|[0-9a-f]{64})$/;
const NUMBER_FORM = 'number';
/** Of longer texts only the beginning is in the regular expression, which must not grow with the size of a key. */
const MAX_BEGINNING = 8;

/** Puts references in the place of a fixed set of secrets, and secrets back in the place of references. Pure. */
export class Seal {
  /** What is written for each text that gives a secret away. */
  readonly #references = new Map<string, string>();
  /** The other way round; also with the equal values of several variables. */
  readonly #texts = new Map<string, string>();
  readonly #values: ReadonlyMap<string, string>;
  /** What is written for each number that is a secret, and back. */
  readonly #numbers = new Map<number, string>();
  readonly #openedNumbers = new Map<string, Json>();
  readonly #longestFirst: readonly string[];
  /** How the texts begin, all of them: finds where one of them may be. */
  readonly #beginnings: string | undefined;
  readonly #anywhere: RegExp | undefined;
  readonly #bytes: readonly { readonly name: string; readonly bytes: Buffer }[];

  /** @param values The secrets by the names of their variables. */
  constructor(values: ReadonlyMap<string, string>) {
    this.#values = values;
    const names = [...values.keys()].sort();
    const forms = names.flatMap((name) => secretForms(values.get(name)!).map((form) => ({ name, ...form })));
    for (const { name, form, text } of forms) {
      const reference = referenceTo(name, form);
      this.#texts.set(reference, text);
      if (!this.#references.has(text)) this.#references.set(text, reference);
    }
    for (const name of names) this.#addNumber(name, values.get(name)!);
    this.#bytes = forms.map(({ name, text }) => ({ name, bytes: Buffer.from(text) }));
    this.#longestFirst = [...this.#references.keys()].sort((left, right) => right.length - left.length);
    const beginnings = new Set(this.#longestFirst.map((text) => text.slice(0, MAX_BEGINNING)));
    if (forms.length === 0) return;
    this.#beginnings = [...beginnings].map(escapeForRegExp).join('|');
    this.#anywhere = new RegExp(this.#beginnings);
  }

  /** The text with every secret replaced by its reference. */
  text(text: string): string {
    return this.#isIn(text) ? this.#replace(text, false) : text;
  }

  /** A copy of plain data in which every text and key is sealed; the data itself when there is nothing to seal. */
  data<Value>(value: Value): Value {
    return this.#sealed(value as Json, { numbers: false }) as Value;
  }

  /** As `data`, and numbers that are secrets become texts: for what a flow's own code made. */
  values<Value extends Json>(value: Value): Value {
    return this.#sealed(value, { numbers: true }) as Value;
  }

  /**
   * As `values`, in a way that `open` undoes: what looked like a reference before gets twice its dollars. Different values give
   * different sealed values, and what they are does not depend on the secrets.
   */
  json(value: Json): Json {
    return this.#sealed(value, { numbers: true, reversibly: true });
  }

  /** What `json` was given; undefined when a secret in it is not among these. */
  open(sealed: Json): { readonly value: Json } | undefined {
    if (!someInJson(sealed, (leaf) => typeof leaf === 'string' && leaf.includes(REFERENCE_START)))
      return { value: sealed };
    const unknown: string[] = [];
    const open = (reference: Reference): string => {
      const { dollars, written } = reference;
      const before = '$'.repeat(Math.floor(dollars / 2));
      if (dollars % 2 === 0) return before + written;
      const text = this.#texts.get(`$${written}`);
      if (text === undefined) unknown.push(written);
      return before + (text ?? '');
    };
    const key = (text: string): string => replaceReferences(text, open);
    const value = mapJson(sealed, { key, text: (text) => this.#openedNumbers.get(text) ?? key(text) });
    return unknown.length === 0 ? { value } : undefined;
  }

  /** Seals a text that may be JSON, which it stays. A lone number is left alone unless it is a secret. */
  document(text: string, { indent = 0, numbers = false } = {}): string {
    if (!this.#isIn(text)) return text;
    if (NUMBER.test(text)) {
      const reference = this.#numbers.get(Number(text));
      return reference === undefined ? text : JSON.stringify(reference);
    }
    if (!/^\s*["[{]/.test(text)) return this.text(text);
    try {
      return JSON.stringify(this.#sealed(JSON.parse(text) as Json, { numbers }), null, indent);
    } catch {
      return this.text(text);
    }
  }

  /** The name of a secret that the bytes hold. */
  findIn(bytes: Buffer): string | undefined {
    return this.#bytes.find((secret) => bytes.includes(secret.bytes))?.name;
  }

  /** In bytes, of the longest text that is looked for. */
  get longest(): number {
    return Math.max(0, ...this.#bytes.map(({ bytes }) => bytes.length));
  }

  #addNumber(name: string, value: string): void {
    const reference = referenceTo(name, NUMBER_FORM);
    const number = Number(value);
    const isNumber = NUMBER.test(value.trim()) && Number.isFinite(number);
    this.#openedNumbers.set(reference, isNumber ? number : value);
    if (isNumber && !this.#numbers.has(number)) this.#numbers.set(number, reference);
  }

  #sealed(value: Json, options: { readonly numbers: boolean; readonly reversibly?: true }): Json {
    const { numbers, reversibly = false } = options;
    if (this.#beginnings === undefined && !(reversibly && JSON.stringify(value).includes(REFERENCE_START)))
      return value;
    const isAffected = (leaf: string | number): boolean =>
      typeof leaf === 'number'
        ? numbers && this.#numbers.has(leaf)
        : this.#isIn(leaf) || (reversibly && leaf.includes(REFERENCE_START));
    if (!someInJson(value, isAffected)) return value;
    const text = (leaf: string): string => this.#replace(leaf, reversibly);
    const number = (leaf: number): Json => this.#numbers.get(leaf) ?? leaf;
    return mapJson(value, { text, key: text, ...(numbers ? { number } : {}) });
  }

  #replace(text: string, reversibly: boolean): string {
    if (this.#beginnings === undefined) return reversibly ? escapeReferences(text) : text;
    const isId = ID.test(text);
    const each = new RegExp(`${REFERENCE}|${this.#beginnings}`, 'g');
    let result = '';
    let done = 0;
    for (let match = each.exec(text); match !== null; match = each.exec(text)) {
      const { index } = match;
      const dollars = dollarsBefore(text, index, done);
      const found = this.#replacementOf(match, { dollars, isId, reversibly });
      each.lastIndex = index + found.passed;
      if (found.text === undefined) continue;
      result += text.slice(done, index) + (reversibly ? '$'.repeat(dollars) : '') + found.text;
      done = index + found.replaced;
    }
    return result + text.slice(done);
  }

  /** What is put in the place of so many characters, none when they stay, and how many need not be looked at again. */
  #replacementOf(
    { 0: matched, groups, index, input }: RegExpExecArray,
    at: { readonly dollars: number; readonly isId: boolean; readonly reversibly: boolean },
  ): { readonly text?: string; readonly replaced: number; readonly passed: number } {
    const secret = this.#startingAt(input, index);
    if (secret !== undefined) {
      const { length } = secret;
      const stays = at.isId && length < MIN_IN_ID;
      return { ...(stays ? {} : { text: this.#references.get(secret)! }), replaced: length, passed: length };
    }
    if (!matched.startsWith(REFERENCE_START)) return { replaced: 0, passed: 1 };
    const isSealed = !at.reversibly && at.dollars > 0 && this.#values.has(groups?.name ?? '');
    if (isSealed) return { replaced: 0, passed: matched.length };
    // What is no reference of ours is looked into: its name may be a secret.
    return { text: '', replaced: 0, passed: REFERENCE_START.length };
  }

  #isIn(text: string): boolean {
    if (this.#beginnings === undefined || this.#anywhere?.test(text) !== true) return false;
    const each = new RegExp(this.#beginnings, 'g');
    for (let match = each.exec(text); match !== null; match = each.exec(text)) {
      if (this.#startingAt(text, match.index) !== undefined) return true;
      each.lastIndex = match.index + 1;
    }
    return false;
  }

  #startingAt(text: string, index: number): string | undefined {
    return this.#longestFirst.find((secret) => text.startsWith(secret, index));
  }
}

/** Where there are no secrets. */
export const NO_SECRETS = new Seal(new Map());

const NUMBER = /^-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?$/;

/** The text, to be resolved or opened to itself. */
export function escapeReferences(text: string): string {
  return replaceReferences(text, ({ dollars, written }) => '$'.repeat(2 * dollars) + written);
}

function escapeForRegExp(text: string): string {
  return text.replaceAll(/[\\^$.*+?()[\]{}|/-]/g, String.raw`\$&`);
}
