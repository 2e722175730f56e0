import { createRequire } from 'node:module';
import type { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import type { AxiosStatic } from 'axios';
import type { HttpReply } from '../../storage/http-reply.ts';

/** A request, ready to be sent. */
export type HttpRequest = {
  readonly verb: 'GET' | 'POST';
  readonly url: string;
  /** The JSON body of a POST. */
  readonly body?: string;
};

/** How a request is sent, beside what is asked. */
export type SendOptions = {
  readonly signal: AbortSignal;
  readonly headers: Readonly<Record<string, string>>;
  /** 0: a redirect is the reply. Followed to another host, it is without credentials. */
  readonly maxRedirects: number;
};

/** Sends a request with axios, which is loaded here and only then: through the owner's proxy, and no status is an error. */
export async function send(request: HttpRequest, options: SendOptions): Promise<HttpReply> {
  const axios = loadAxios();
  const reply = await axios.request<Readable>({
    method: request.verb,
    url: request.url,
    data: request.body,
    headers: options.headers,
    signal: options.signal,
    maxRedirects: options.maxRedirects,
    responseType: 'stream',
    // Of a file, length and ranges must be those of its bytes.
    decompress: options.headers['accept-encoding'] !== 'identity',
    validateStatus: () => true,
  });
  const { status, statusText, data } = reply;
  return {
    ok: status >= 200 && status < 300,
    status,
    statusText,
    headers: { get: (name) => headerText(reply.headers[name.toLowerCase()] as HeaderValue) },
    body: bodyOf(data),
    text: () => text(data),
  };
}

/** Its CommonJS bundle is one file and is there in a quarter of the time of its modules. */
function loadAxios(): AxiosStatic {
  return createRequire(import.meta.url)('axios') as AxiosStatic;
}

type HeaderValue = string | number | readonly string[] | null | undefined;

function headerText(value: HeaderValue): string | null {
  return value === undefined || value === null ? null : String(value);
}

function bodyOf(stream: Readable): NonNullable<HttpReply['body']> {
  return {
    [Symbol.asyncIterator]: () => stream[Symbol.asyncIterator]() as AsyncIterator<Uint8Array>,
    cancel: () => Promise.resolve(void stream.destroy()),
  };
}
