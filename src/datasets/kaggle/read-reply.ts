import { tryJson } from '../../core/json.ts';

/** What a reply of the API comes to. `page`: a page for people instead of JSON, as proxies send. */
export type ReadReply =
  | { readonly kind: 'data'; readonly data: Readonly<Record<string, unknown>> }
  | { readonly kind: 'refused'; readonly status: number; readonly message: string }
  | { readonly kind: 'page' };

/**
 * Reads a reply whatever shape its error has: `{code, message}` (the code also as text, and also with HTTP 200),
 * `{error: {code, message}}`, `{error: text, errorCode}`, `{errorMessage}`, or no JSON at all.
 */
export function readReply(status: number, statusText: string, text: string): ReadReply {
  const data = parseObject(text);
  if (data === undefined) return status < 400 ? { kind: 'page' } : { kind: 'refused', status, message: statusText };
  const told = findError(data);
  if (told !== undefined && (told.code >= 400 || status >= 400)) {
    return { kind: 'refused', status: told.code >= 400 ? told.code : status, message: told.message || statusText };
  }
  return status < 400 ? { kind: 'data', data } : { kind: 'refused', status, message: statusText };
}

type Told = { readonly code: number; readonly message: string };

function findError(data: Readonly<Record<string, unknown>>): Told | undefined {
  const { error, errorMessage } = data;
  if (isObject(error)) return { code: codeOf(error.code) || UNKNOWN, message: textOf(error.message) };
  if (typeof error === 'string' && error !== '') return { code: codeOf(data.errorCode) || UNKNOWN, message: error };
  if (typeof errorMessage === 'string' && errorMessage !== '') return { code: UNKNOWN, message: errorMessage };
  const code = codeOf(data.code);
  return code > 0 ? { code, message: textOf(data.message) } : undefined;
}

/** An error that does not say which is our request's fault. */
const UNKNOWN = 400;

function codeOf(value: unknown): number {
  const code = typeof value === 'number' || typeof value === 'string' ? Number(value) : 0;
  return Number.isInteger(code) && code > 0 ? code : 0;
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value.trim() : '';
}

function parseObject(text: string): Readonly<Record<string, unknown>> | undefined {
  const value = tryJson(text);
  return isObject(value) ? value : undefined;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
