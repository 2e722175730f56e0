import { createHash } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';

/** What the storage does to one reply. */
export type StorageFault =
  /** The connection ends after so many bytes of the body. */
  | { readonly kind: 'cut'; readonly after: number }
  | { readonly kind: 'ignore-range' }
  /** A part that begins elsewhere. */
  | { readonly kind: 'other-range'; readonly shift: number }
  | { readonly kind: 'wrong-md5' | 'no-md5' | 'repeated-hash' }
  /** The byte there is another one; the MD5 is that of the right file. */
  | { readonly kind: 'flip'; readonly at: number }
  /** The length that is told is so many bytes too long, or too short. */
  | { readonly kind: 'lie-about-length'; readonly by: number }
  | { readonly kind: 'busy'; readonly status: number; readonly retryAfter?: string }
  /** The signed address has run out: now and from now on. */
  | { readonly kind: 'expire' }
  | { readonly kind: 'reset' };

type Wanted = {
  readonly content: Buffer | undefined;
  readonly fault: StorageFault | undefined;
  readonly expired: Set<string>;
  readonly signature: string;
};

/** Answers as Google's storage does for a signed address, but for the fault. It refuses who shows Kaggle's credentials. */
export async function answerStorage(wanted: Wanted, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { content, fault, expired, signature } = wanted;
  if (fault?.kind === 'expire') expired.add(signature);
  const isRefused = request.headers.authorization !== undefined || expired.has(signature);
  if (fault?.kind === 'reset') response.destroy();
  else if (fault?.kind === 'busy') sayBusy(fault, response);
  else if (isRefused) response.writeHead(400).end('<Error><Code>ExpiredToken</Code></Error>');
  else if (content === undefined) response.writeHead(404).end('<Error><Code>NoSuchKey</Code></Error>');
  else await sendFile(content, fault, request, response);
}

function sayBusy({ status, retryAfter }: Extract<StorageFault, { kind: 'busy' }>, response: ServerResponse): void {
  response.writeHead(status, retryAfter === undefined ? {} : { 'retry-after': retryAfter }).end();
}

async function sendFile(
  content: Buffer,
  fault: StorageFault | undefined,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const etag = `"${createHash('md5').update(content).digest('hex')}"`;
  const start = fault?.kind === 'ignore-range' ? 0 : wantedStart(request, etag);
  if (start > 0 && start >= content.length) {
    response.writeHead(416, { 'content-range': `bytes */${content.length}` }).end();
    return;
  }
  const from = shifted(start, content.length, fault);
  const rest = bytesFrom(content, from, fault);
  const told = toldLength(rest.length, fault);
  response.writeHead(start === 0 ? 200 : 206, {
    'content-type': 'application/octet-stream',
    'content-length': told,
    'accept-ranges': 'bytes',
    etag,
    ...hashHeader(content, fault),
    ...(start === 0 ? {} : { 'content-range': `bytes ${from}-${content.length - 1}/${content.length}` }),
  });
  const end = Math.min(rest.length, fault?.kind === 'cut' ? fault.after : told);
  if (end >= told) response.end(rest.subarray(0, end));
  else await sendAndBreak(response, rest.subarray(0, end));
}

function toldLength(length: number, fault: StorageFault | undefined): number {
  return Math.max(0, length + (fault?.kind === 'lie-about-length' ? fault.by : 0));
}

async function sendAndBreak(response: ServerResponse, part: Uint8Array): Promise<void> {
  response.flushHeaders();
  if (part.length > 0) await new Promise((resolve) => response.write(part, resolve));
  setImmediate(() => response.destroy());
}

function shifted(start: number, length: number, fault: StorageFault | undefined): number {
  return fault?.kind === 'other-range' && start > 0 ? Math.min(start + fault.shift, length - 1) : start;
}

function bytesFrom(content: Buffer, from: number, fault: StorageFault | undefined): Buffer {
  if (fault?.kind !== 'flip') return content.subarray(from);
  const flipped = Buffer.from(content);
  flipped[fault.at % flipped.length]! ^= 1;
  return flipped.subarray(from);
}

function hashHeader(content: Buffer, fault: StorageFault | undefined): Record<string, string | string[]> {
  if (fault?.kind === 'no-md5') return { 'x-goog-hash': 'crc32c=n03x6A==' };
  const of = fault?.kind === 'wrong-md5' ? Buffer.concat([content, Buffer.from('x')]) : content;
  const md5 = `md5=${createHash('md5').update(of).digest('base64')}`;
  return { 'x-goog-hash': fault?.kind === 'repeated-hash' ? ['crc32c=n03x6A==', md5] : `crc32c=n03x6A==, ${md5}` };
}

function wantedStart({ headers }: IncomingMessage, etag: string): number {
  const condition = headers['if-range'];
  if (condition !== undefined && condition !== etag) return 0;
  return Number(/^bytes=(\d+)-$/u.exec(headers.range ?? '')?.[1] ?? 0);
}
