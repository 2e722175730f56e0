import { DataError, EnvironmentError, NotFoundError, type MlflowTsError } from '../core/errors.ts';

/** What a server tells a file's version by (RFC 9110, section 8.8). */
export type Validator = { readonly etag?: string; readonly modified?: string };

/** A reply that brings bytes from `start` on; `total` is the size of the whole file, when the server tells it. */
export type OpenBody = {
  readonly kind: 'open';
  readonly start: number;
  readonly total: number | undefined;
  readonly validator: Validator;
  readonly body: AsyncIterable<Uint8Array>;
};

/** `past-end`: there is nothing from the wanted byte on. `broken`: another try may help. */
export type BodyReply =
  | OpenBody
  | { readonly kind: 'past-end'; readonly total: number | undefined }
  | { readonly kind: 'broken'; readonly error: MlflowTsError };

/** The headers that ask for the rest of a file (RFC 9110, sections 13.1.5 and 14.2), if it is still the same. */
export function continuation(from: number, validator: Validator | undefined): Record<string, string> {
  if (from === 0) return {};
  const version = validator?.etag ?? validator?.modified;
  return { range: `bytes=${from}-`, ...(version === undefined ? {} : { 'if-range': version }) };
}

/**
 * Sends the request and looks at the head of the reply. A reply that is not 206, or begins elsewhere, starts over.
 * @throws EnvironmentError when the server cannot be reached, NotFoundError or DataError when it refuses; the signal's reason.
 */
export async function openBody(
  url: string,
  options: { readonly signal: AbortSignal; readonly headers: Readonly<Record<string, string>>; readonly from: number },
): Promise<BodyReply> {
  const { signal, headers, from } = options;
  let reply: Response;
  try {
    // Of a compressed body neither the length nor a range would be those of the file.
    reply = await fetch(url, { signal, headers: { ...headers, 'accept-encoding': 'identity' } });
  } catch (error) {
    if (signal.aborted) throw error;
    return unreachable(url, error);
  }
  const range = contentRange(reply);
  if (reply.status === 416) return { kind: 'past-end', total: range.total };
  if (!reply.ok || reply.body === null) return refused(url, reply);
  if (reply.status !== 206) {
    const total = wholeNumber(reply.headers.get('content-length'));
    return { kind: 'open', start: 0, total, validator: validatorOf(reply), body: bodyOf(reply.body) };
  }
  if (range.start === 0 || range.start === from) {
    const { start, total } = range;
    return { kind: 'open', start, total, validator: validatorOf(reply), body: bodyOf(reply.body) };
  }
  await reply.body.cancel();
  return { kind: 'broken', error: new EnvironmentError(`${url} sent another part of the file than was asked for.`) };
}

function contentRange({ headers }: Response): {
  readonly start: number | undefined;
  readonly total: number | undefined;
} {
  const range = /^bytes (?:(\d+)-\d+|\*)\/(\d+|\*)$/.exec(headers.get('content-range') ?? '');
  return { start: wholeNumber(range?.[1]), total: wholeNumber(range?.[2]) };
}

function bodyOf(stream: ReadableStream<Uint8Array>): AsyncIterable<Uint8Array> {
  return stream;
}

/** A weak tag says that two files mean the same, not that their bytes are equal. */
function validatorOf({ headers }: Response): Validator {
  const etag = headers.get('etag');
  const modified = headers.get('last-modified');
  if (etag !== null && !etag.startsWith('W/')) return { etag };
  return modified === null ? {} : { modified };
}

function wholeNumber(text: string | null | undefined): number | undefined {
  return text !== null && text !== undefined && /^\d+$/.test(text) ? Number(text) : undefined;
}

/** A name that is not known and a port that nobody listens on stay so for a while: no other try. */
function unreachable(url: string, error: unknown): BodyReply {
  const cause = error instanceof Error ? error.cause : undefined;
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : '';
  const why = OFFLINE[code];
  const told = new EnvironmentError(
    `${new URL(url).host} cannot be reached${why === undefined ? '' : ` (${why})`}: ${url} was not downloaded. ` +
      'Check the network connection and try again.',
    { cause: error, details: { url, code } },
  );
  if (why !== undefined) throw told;
  return { kind: 'broken', error: told };
}

const OFFLINE: Readonly<Record<string, string>> = {
  ENOTFOUND: 'its name is not known here; is there a network?',
  EAI_AGAIN: 'its name could not be looked up; is there a network?',
  ECONNREFUSED: 'nobody listens there',
  ENETUNREACH: 'there is no way to it; is there a network?',
  EHOSTUNREACH: 'there is no way to it; is there a network?',
};

async function refused(url: string, reply: Response): Promise<BodyReply> {
  await reply.body?.cancel();
  const { status, statusText } = reply;
  const told = `${url} answered ${status} ${statusText}`.trimEnd();
  if (status === 404 || status === 410) throw new NotFoundError(`${told}: there is no such file. Check the address.`);
  if (status >= 500 || RETRIED.includes(status)) return { kind: 'broken', error: new EnvironmentError(`${told}.`) };
  throw new DataError(`${told}: the server does not give the file. Check the address, and whether it wants a login.`);
}

const RETRIED = [408, 425, 429];
