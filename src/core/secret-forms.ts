import { inspect } from 'node:util';

/** A text that gives a secret away, and the word that says how it was made of the value; none for the value itself. */
export type SecretForm = { readonly form?: string; readonly text: string };

/** Shorter encodings stand in too much by chance. */
const MIN_ENCODED = 6;
const MIN_LINE = 16;

/**
 * The value and what it becomes when it is written as JSON (also twice), into a URL, by `console.log`, in base64 (also
 * inside a longer base64 text, as `user:password` is in an HTTP header) or in hex; of several lines also each longer one.
 */
export function secretForms(value: string): SecretForm[] {
  const encoded = [...escapedForms(value), ...encodedForms(value)].filter(({ text }) => text.length >= MIN_ENCODED);
  const trimmed = { form: 'trimmed', text: value.trim() };
  const all: SecretForm[] = [{ text: value }, trimmed, ...encoded, ...lineForms(value)];
  const firstOfEach = new Map<string, SecretForm>();
  for (const form of all) if (!firstOfEach.has(form.text)) firstOfEach.set(form.text, form);
  return [...firstOfEach.values()];
}

function escapedForms(value: string): SecretForm[] {
  const json = JSON.stringify(value).slice(1, -1);
  return [
    { form: 'json', text: json },
    { form: 'json.json', text: JSON.stringify(json).slice(1, -1) },
    { form: 'quoted', text: inspect(value, { breakLength: Infinity, maxStringLength: null }).slice(1, -1) },
  ];
}

function encodedForms(value: string): SecretForm[] {
  const bytes = Buffer.from(value);
  const hex = bytes.toString('hex');
  const base64 = [0, 1, 2].map((offset) => [`base64.${offset}`, base64Inside(bytes, offset)] as const);
  return [
    ...uriForms(value),
    { form: 'base64', text: bytes.toString('base64') },
    ...base64.map(([form, text]) => ({ form, text })),
    ...base64.map(([form, text]) => ({ form: `${form}.url`, text: text.replaceAll('+', '-').replaceAll('/', '_') })),
    { form: 'hex', text: hex },
    { form: 'hex.upper', text: hex.toUpperCase() },
  ];
}

/** A text that is no valid Unicode cannot be written into a URL. */
function uriForms(value: string): SecretForm[] {
  if (Buffer.from(value).toString() !== value) return [];
  return [
    { form: 'uri', text: encodeURIComponent(value) },
    { form: 'uri.whole', text: encodeURI(value) },
    { form: 'form', text: new URLSearchParams([['', value]]).toString().slice(1) },
  ];
}

const BITS_PER_BYTE = 8;
const BITS_PER_CHARACTER = 6;

/** The characters that the bytes alone decide when `offset` bytes, modulo 3, stand before them (RFC 4648, section 4). */
function base64Inside(bytes: Buffer, offset: number): string {
  const shifted = Buffer.concat([Buffer.alloc(offset), bytes]);
  const first = Math.ceil((offset * BITS_PER_BYTE) / BITS_PER_CHARACTER);
  return shifted.toString('base64').slice(first, Math.floor((shifted.length * BITS_PER_BYTE) / BITS_PER_CHARACTER));
}

/** The lines of a key file; those that mark its begin and end are no secret. */
function lineForms(value: string): SecretForm[] {
  const lines = value.split(/\r?\n/);
  if (lines.length === 1) return [];
  return lines.flatMap((line, index) => {
    const text = line.trim();
    return text.length < MIN_LINE || text.startsWith('-----') ? [] : [{ form: `line.${index + 1}`, text }];
  });
}
