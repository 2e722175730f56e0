import type { Json } from './json.ts';
import { mapJson, someInJson } from './map-json.ts';
import { secretForms } from './secret-forms.ts';
import { dollarsBefore, REFERENCE, REFERENCE_START, referenceTo, replaceReferences } from './secret-references.ts';
import type { Reference } from './secret-references.ts';

/** Ids and hashes stay whole: shorter secrets are in them by chance. */
const MIN_IN_ID = 16;
const ID = /^(?:[0-9a-f]{8}-[0-9a-f-]{27}|[0-9a-f]{64})$/;
const NUMBER_FORM = 'number';

/** Puts references in the place of a fixed set of secrets, and secrets back in the place of references. Pure. */
export class Seal {
  /** What is written for each text that gives a secret away. */
  readonly #references = new Map<string, string>();
  /** The other way round; also with the equal values of several variables. */
  readonly #texts = new Map<string, string>();
  readonly #values: ReadonlyMap<string, string>;
  readonly #any: RegExp | undefined;
  readonly #each: RegExp | undefined;
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
    this.#bytes = forms.map(({ name, text }) => ({ name, bytes: Buffer.from(text) }));
    if (forms.length === 0) return;
    const longestFirst = [...this.#references.keys()].sort((left, right) => right.length - left.length);
    const alternatives = longestFirst
      .map((text) => text.replaceAll(/[\\^$.*+?()[\]{}|/-]/g, String.raw`\$&`))
      .join('|');
    this.#any = new RegExp(alternatives);
    this.#each = new RegExp(`${REFERENCE}|${alternatives}`, 'g');
  }

  /** The text with every secret replaced by its reference. */
  text(text: string): string {
    return this.#any?.test(text) === true ? this.#replace(text, false) : text;
  }

  /** A copy of plain data in which every text, key and number is sealed; the data itself when there is nothing to seal. */
  data<Value>(value: Value): Value {
    const any = this.#any;
    if (any === undefined) return value;
    const json = value as Json;
    return (someInJson(json, (leaf) => any.test(String(leaf))) ? this.#map(json, false) : json) as Value;
  }

  /**
   * As `data`, in a way that `open` undoes: what looked like a reference before gets twice its dollars. Different values give
   * different sealed values, and what they are does not depend on the secrets.
   */
  json(value: Json): Json {
    const isAffected = (leaf: string | number): boolean =>
      this.#any?.test(String(leaf)) === true || (typeof leaf === 'string' && leaf.includes(REFERENCE_START));
    return someInJson(value, isAffected) ? this.#map(value, true) : value;
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
    const value = mapJson(sealed, { key, text: (text) => this.#numberIn(text) ?? key(text) });
    return unknown.length === 0 ? { value } : undefined;
  }

  /** Seals a text that may be JSON, which it stays. A lone number is left alone unless it is a secret. */
  document(text: string, indent = 0): string {
    if (this.#any?.test(text) !== true) return text;
    if (NUMBER.test(text)) return this.#references.has(text) ? JSON.stringify(this.#number(text)) : text;
    if (!/^\s*["[{]/.test(text)) return this.text(text);
    try {
      return JSON.stringify(this.data(JSON.parse(text) as Json), null, indent);
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

  #map(value: Json, reversibly: boolean): Json {
    const seal = (text: string): string => this.#replace(text, reversibly);
    return mapJson(value, { text: seal, key: seal, number: (number) => this.#number(String(number)) ?? number });
  }

  #number(text: string): string | undefined {
    const name = [...this.#values].find(([, value]) => value === text)?.[0];
    return name === undefined ? undefined : referenceTo(name, NUMBER_FORM);
  }

  #numberIn(sealed: string): number | undefined {
    const name = sealed.endsWith(`|${NUMBER_FORM}}`) ? sealed.slice('${env:'.length, -`|${NUMBER_FORM}}`.length) : '';
    const value = referenceTo(name, NUMBER_FORM) === sealed ? this.#values.get(name) : undefined;
    return value === undefined ? undefined : Number(value);
  }

  #replace(text: string, reversibly: boolean): string {
    if (this.#each === undefined) return reversibly ? escapeReferences(text) : text;
    const isId = ID.test(text);
    const each = new RegExp(this.#each);
    let result = '';
    let done = 0;
    for (let match = each.exec(text); match !== null; match = each.exec(text)) {
      const { index } = match;
      const dollars = dollarsBefore(text, index, done);
      const found = this.#replacementOf(match, { dollars, isId, reversibly });
      if (found === undefined) continue;
      result += text.slice(done, index) + (reversibly ? '$'.repeat(dollars) : '') + found.text;
      done = index + found.replaced;
      each.lastIndex = index + found.passed;
    }
    return result + text.slice(done);
  }

  /** What is put in the place of so many characters; undefined when the match stays as it is. */
  #replacementOf(
    { 0: matched, groups }: RegExpExecArray,
    at: { readonly dollars: number; readonly isId: boolean; readonly reversibly: boolean },
  ): { readonly text: string; readonly replaced: number; readonly passed: number } | undefined {
    const { length } = matched;
    const reference = this.#references.get(matched);
    if (reference !== undefined) {
      return at.isId && length < MIN_IN_ID ? undefined : { text: reference, replaced: length, passed: length };
    }
    const isSealed = !at.reversibly && at.dollars > 0 && this.#values.has(groups?.name ?? '');
    // What is no reference of ours is looked into: its name may be a secret.
    return isSealed ? undefined : { text: '', replaced: 0, passed: REFERENCE_START.length };
  }
}

/** Where there are no secrets. */
export const NO_SECRETS = new Seal(new Map());

const NUMBER = /^-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?$/;

/** The text, to be resolved or opened to itself. */
export function escapeReferences(text: string): string {
  return replaceReferences(text, ({ dollars, written }) => '$'.repeat(2 * dollars) + written);
}
