import { DataError, EnvironmentError, NotFoundError, type MlflowTsError } from '../core/errors.ts';
import { retryAfterMs } from '../core/retry-after.ts';
import type { HttpReply } from './http-reply.ts';
import { promisedMd5 } from './promised-md5.ts';
import { watchSilence, type SilenceWatch } from './silence-watch.ts';
import { isTransientStatus } from './transient-status.ts';
import { explainUnreachable, withoutQuery } from './unreachable.ts';

/** What a server tells a file's version by (RFC 9110, section 8.8), and the MD5 it promises of the whole file. */
export type Validator = { readonly etag?: string; readonly modified?: string; readonly md5?: string };

/** A reply that brings bytes from `start` on; `total` is the size of the whole file, when the server tells it. */
export type OpenBody = {
  readonly kind: 'open';
  readonly start: number;
  readonly total: number | undefined;
  readonly validator: Validator;
  readonly body: AsyncIterable<Uint8Array>;
};

/**
 * `past-end`: there is nothing from the wanted byte on. `mismatch`: another part came than the one asked for. `refused`: the
 * server does not give the file from this address. `broken`: another try may help, after `waitMs` when the server says so.
 */
export type BodyReply =
  | OpenBody
  | { readonly kind: 'past-end'; readonly total: number | undefined }
  | { readonly kind: 'mismatch'; readonly error: MlflowTsError }
  | { readonly kind: 'refused'; readonly error: MlflowTsError; readonly status: number; readonly waitMs?: number }
  | { readonly kind: 'broken'; readonly error: MlflowTsError; readonly waitMs?: number };

/** Sends a GET: `fetch`, or a client that follows its owner's rules for proxies. */
export type SendGet = (
  url: string,
  options: { readonly signal: AbortSignal; readonly headers: Record<string, string> },
) => Promise<HttpReply>;

export type BodyRequest = {
  readonly signal: AbortSignal;
  readonly headers: Readonly<Record<string, string>>;
  readonly from: number;
  /** Undefined: `fetch`. */
  readonly send: SendGet | undefined;
  /** Milliseconds UTC. */
  readonly now: number;
};

/** The headers that ask for the rest of a file (RFC 9110, sections 13.1.5 and 14.2), if it is still the same. */
export function continuation(from: number, validator: Validator | undefined): Record<string, string> {
  if (from === 0) return {};
  const version = validator?.etag ?? validator?.modified;
  return { range: `bytes=${from}-`, ...(version === undefined ? {} : { 'if-range': version }) };
}

/**
 * Sends the request and looks at the head of the reply. A server that sends nothing for a minute counts as broken.
 * @throws EnvironmentError when the server cannot be reached; the signal's reason.
 */
export async function openBody(url: string, request: BodyRequest): Promise<BodyReply> {
  const { signal, headers, send = fetch } = request;
  const watch = watchSilence(signal, SILENCE_MS);
  let reply: HttpReply;
  try {
    // Of a compressed body neither the length nor a range would be those of the file.
    reply = await send(url, { signal: watch.signal, headers: { ...headers, 'accept-encoding': 'identity' } });
  } catch (thrown) {
    watch.stop();
    // Clients throw an error of their own.
    signal.throwIfAborted();
    const { error, lasting } = explainUnreachable(withoutQuery(url), thrown);
    if (lasting) throw error;
    return { kind: 'broken', error };
  }
  const judged = judge(withoutQuery(url), reply, request, watch);
  if (judged.kind === 'open') return judged;
  await reply.body?.cancel().catch(() => undefined);
  watch.stop();
  return judged;
}

const SILENCE_MS = 60_000;

function judge(url: string, reply: HttpReply, { from, now }: BodyRequest, watch: SilenceWatch): BodyReply {
  const range = contentRange(reply);
  if (reply.status === 416) return { kind: 'past-end', total: range.total };
  if (!reply.ok || reply.body === null) return refused(url, reply, now);
  const open = { kind: 'open', validator: validatorOf(reply), body: heardBy(watch, reply.body) } as const;
  if (reply.status !== 206) return { ...open, start: 0, total: wholeNumber(reply.headers.get('content-length')) };
  if (range.start === 0 || range.start === from) return { ...open, start: range.start, total: range.total };
  const error = new EnvironmentError(`${url} sent another part of the file than was asked for.`);
  return { kind: 'mismatch', error };
}

function contentRange({ headers }: HttpReply): {
  readonly start: number | undefined;
  readonly total: number | undefined;
} {
  const range = /^bytes (?:(\d+)-\d+|\*)\/(\d+|\*)$/.exec(headers.get('content-range') ?? '');
  return { start: wholeNumber(range?.[1]), total: wholeNumber(range?.[2]) };
}

async function* heardBy(watch: SilenceWatch, body: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  try {
    for await (const chunk of body) {
      watch.heard();
      yield chunk;
    }
  } finally {
    watch.stop();
  }
}

/** A weak tag says that two files mean the same, not that their bytes are equal. */
function validatorOf({ headers }: HttpReply): Validator {
  const etag = headers.get('etag');
  const modified = headers.get('last-modified');
  const md5 = promisedMd5(headers);
  return {
    ...(etag !== null && !etag.startsWith('W/') ? { etag } : modified === null ? {} : { modified }),
    ...(md5 === undefined ? {} : { md5 }),
  };
}

function wholeNumber(text: string | null | undefined): number | undefined {
  return text !== null && text !== undefined && /^\d+$/.test(text) ? Number(text) : undefined;
}

function refused(url: string, { status, statusText, headers }: HttpReply, now: number): BodyReply {
  const told = `${url} answered ${status} ${statusText}`.trimEnd();
  const waitMs = retryAfterMs(headers.get('retry-after'), now);
  const wait = waitMs === undefined ? {} : { waitMs };
  if (status === 404 || status === 410) {
    const error = new NotFoundError(`${told}: there is no such file. Check the address.`);
    return { kind: 'refused', error, status, ...wait };
  }
  if (isTransientStatus(status)) return { kind: 'broken', error: new EnvironmentError(`${told}.`), ...wait };
  const remedy = 'the server does not give the file. Check the address, and whether it wants a login.';
  return { kind: 'refused', error: new DataError(`${told}: ${remedy}`), status, ...wait };
}
