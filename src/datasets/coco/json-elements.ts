import { createReadStream } from 'node:fs';
import { DataError } from '../../core/errors.ts';
import { tryJson } from '../../core/json.ts';

/** One element of an array that is a member of a JSON document: `{"images": [ELEMENT, …]}`. */
export type JsonElement = { readonly key: string; readonly index: number; readonly value: unknown };

/**
 * The elements of the wanted arrays of a JSON document, in their order, one in memory at a time: COCO's annotations have 450 MB,
 * which as a whole would be gigabytes of objects. Members that are not wanted are passed over without being held, and only their
 * brackets are looked at. Throws DataError saying where for what is no JSON object, is cut off, or has an element past 16 MiB.
 * @param name What the file is called in messages.
 */
export async function* readJsonElements(
  file: string,
  { name, wanted, signal }: { readonly name: string; readonly wanted: readonly string[]; readonly signal: AbortSignal },
): AsyncGenerator<JsonElement> {
  signal.throwIfAborted();
  const scanner = new ElementScanner(name, wanted);
  for await (const chunk of createReadStream(file, { signal, highWaterMark: CHUNK_BYTES })) {
    yield* scanner.scan(chunk as Buffer);
  }
  scanner.end();
}

const CHUNK_BYTES = 2 ** 20;
/** COCO's largest, with a mask around a crowd, have some hundred kilobytes. */
const MOST_ELEMENT_BYTES = 16 * 2 ** 20;
/** Of members that are not wanted: enough for a key and a number. */
const MOST_MEMBER_BYTES = 64 * 2 ** 10;

/** Bytes that mean something outside of strings. All are ASCII, which in UTF-8 is never a part of another letter. */
const [OTHER, BLANK, QUOTE, OPEN, CLOSE] = [0, 1, 2, 3, 4] as const;
const BACKSLASH = '\\'.charCodeAt(0);
const MEANINGS = Uint8Array.from({ length: 256 }, (_, byte) => {
  const place = [' \t\r\n', '"', '{[', '}]', ','].findIndex((letters) => letters.includes(String.fromCharCode(byte)));
  return place + 1;
});

/** By meaning: how much deeper what follows lies. */
const DEEPER = [0, 0, 0, 1, -1, 0];
const BYTE_ORDER_MARK = '\xef\xbb\xbf';

class ElementScanner {
  readonly #name: string;
  readonly #wanted: readonly string[];
  /** Open brackets: 1 in the document, 2 in the array or object that is a member, … */
  #depth = 0;
  #inString = false;
  #escaped = false;
  #isOver = false;
  /** The wanted array that is read. */
  #array: { readonly key: string; count: number } | undefined;
  #members = 0;
  /** The member that is read was an array or object and is read to its end. */
  #isClosed = false;
  /** The text since the last comma or bracket that counts; undefined where it is passed over. */
  #held: Buffer[] | undefined = [];
  #heldBytes = 0;
  /** Bytes of the chunks before this one. */
  #passed = 0;

  constructor(name: string, wanted: readonly string[]) {
    this.#name = name;
    this.#wanted = wanted;
  }

  *scan(chunk: Buffer): Generator<JsonElement> {
    let start = this.#passed === 0 && chunk.subarray(0, 3).toString('latin1') === BYTE_ORDER_MARK ? 3 : 0;
    for (let at = this.#next(chunk, start); at < chunk.length; at = this.#next(chunk, start)) {
      this.#hold(chunk.subarray(start, at), at);
      const element = this.#step(chunk[at]!, at);
      start = at + 1;
      if (element !== undefined) yield element;
    }
    this.#hold(chunk.subarray(start), chunk.length);
    this.#passed += chunk.length;
  }

  end(): void {
    if (!this.#isOver) throw this.#damaged(0, 'it ends too early');
  }

  /** The next comma or bracket that ends or begins a member of the document or an element of a wanted array; else the end. */
  #next(chunk: Buffer, from: number): number {
    for (let at = from; at < chunk.length; at += 1) {
      if (this.#inString) {
        this.#passString(chunk[at]!);
        continue;
      }
      const meaning = MEANINGS[chunk[at]!]!;
      if (meaning === OTHER || meaning === QUOTE) {
        if (this.#depth === 0) throw this.#damaged(at, 'a JSON object was expected');
        this.#inString = meaning === QUOTE;
      } else if (meaning !== BLANK) {
        if (this.#counts(meaning)) return at;
        this.#depth += DEEPER[meaning]!;
      }
    }
    return chunk.length;
  }

  #passString(byte: number): void {
    if (this.#escaped) this.#escaped = false;
    else if (byte === BACKSLASH) this.#escaped = true;
    else if (MEANINGS[byte] === QUOTE) this.#inString = false;
  }

  #counts(meaning: number): boolean {
    if (meaning === OPEN) return this.#depth <= 1;
    return this.#depth <= 1 || (this.#depth === 2 && (meaning === CLOSE || this.#array !== undefined));
  }

  #step(byte: number, at: number): JsonElement | undefined {
    const meaning = MEANINGS[byte]!;
    const text = this.#take();
    if (this.#isOver || (this.#depth === 0 && byte !== '{'.charCodeAt(0))) {
      throw this.#damaged(at, this.#isOver ? 'something follows its end' : 'a JSON object was expected');
    }
    if (meaning === OPEN) {
      if (this.#depth === 1) this.#enterMember(text, byte, at);
      this.#depth += 1;
      return undefined;
    }
    if (this.#depth === 1) {
      this.#endMember(text, meaning, at);
      return undefined;
    }
    return this.#endElement(text, byte, meaning, at);
  }

  #enterMember(text: string, byte: number, at: number): void {
    const parsed = tryJson(`{${text}0}`);
    const [key] = Object.keys(parsed ?? {});
    if (key === undefined || this.#isClosed) throw this.#damaged(at, 'a key was expected');
    const isArray = byte === '['.charCodeAt(0);
    this.#array = isArray && this.#wanted.includes(key) ? { key, count: 0 } : undefined;
    if (this.#array === undefined) this.#held = undefined;
  }

  /** A member whose value is no array and no object is in the text; behind another one nothing is. */
  #endMember(text: string, meaning: number, at: number): void {
    const isEmpty = meaning === CLOSE && this.#members === 0 && text.trim() === '';
    const isWhole = this.#isClosed ? text.trim() === '' : Object.keys(tryJson(`{${text}}`) ?? {}).length === 1;
    if (!isEmpty && !isWhole) throw this.#damaged(at, 'a key and its value were expected');
    this.#members += 1;
    this.#isClosed = false;
    if (meaning !== CLOSE) return;
    this.#depth = 0;
    this.#isOver = true;
  }

  #endElement(text: string, byte: number, meaning: number, at: number): JsonElement | undefined {
    const array = this.#array;
    if (meaning === CLOSE) {
      this.#depth = 1;
      this.#isClosed = true;
      this.#array = undefined;
    }
    if (array === undefined) return undefined;
    const isBlank = text.trim() === '';
    if (meaning === CLOSE && byte !== ']'.charCodeAt(0)) throw this.#damaged(at, `"${array.key}" is not closed by ]`);
    if (isBlank && meaning === CLOSE && array.count === 0) return undefined;
    const value = tryJson(text);
    if (value === undefined)
      throw this.#damaged(at, `before that, element ${array.count} of "${array.key}" is no JSON`);
    return { key: array.key, index: array.count++, value };
  }

  #hold(bytes: Buffer, at: number): void {
    if (this.#held === undefined) return;
    this.#heldBytes += bytes.length;
    const most = this.#array === undefined ? MOST_MEMBER_BYTES : MOST_ELEMENT_BYTES;
    if (this.#heldBytes > most) {
      throw this.#damaged(at, `before that, one value has more than ${most.toLocaleString('en-US')} bytes`);
    }
    this.#held.push(bytes);
  }

  #take(): string {
    const text = this.#held === undefined ? '' : Buffer.concat(this.#held).toString('utf8');
    this.#held = [];
    this.#heldBytes = 0;
    return text;
  }

  #damaged(at: number, what: string): DataError {
    return new DataError(`${this.#name} cannot be read as JSON at byte ${this.#passed + at}: ${what}.`);
  }
}
