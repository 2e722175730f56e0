import type { Clock } from '../../core/clock.ts';
import { EnvironmentError } from '../../core/errors.ts';
import { retryAfterMs } from '../../core/retry-after.ts';
import type { Place } from '../../storage/download-file.ts';
import { isTransientStatus } from '../../storage/transient-status.ts';
import type { HttpReply } from '../../storage/http-reply.ts';
import { Trouble } from '../../storage/keep-trying.ts';
import { exchange } from '../http/exchange.ts';
import type { HttpRequest } from '../http/send.ts';
import { authorization, findCredentials, type KaggleCredentials } from './credentials.ts';
import { findApi, writeRequest, type KaggleFields, type KaggleMethod } from './dialect.ts';
import { explainRefusal } from './explain-refusal.ts';
import { readReply } from './read-reply.ts';

/** What is asked of Kaggle, and its words in an error: `what` is the thing, `page` is where a person sees to it. */
export type KaggleQuestion = {
  readonly method: KaggleMethod;
  readonly fields: KaggleFields;
  readonly what: string;
  readonly page: string;
  readonly signal: AbortSignal;
};

/** Kaggle's API, for who the environment says is asking. */
export interface KaggleClient {
  readonly credentials: KaggleCredentials;
  readonly agent: Readonly<Record<string, string>>;
  /**
   * Asks, again with growing waits while that may help.
   * @throws EnvironmentError when it cannot be reached or stays busy, what `explainRefusal` says, the signal's reason.
   */
  ask(question: KaggleQuestion): Promise<Readonly<Record<string, unknown>>>;
  /** Where a download is: a signed address at another host, asked without credentials. Throws as `ask` does. */
  locate(question: KaggleQuestion): Promise<Place>;
}

type Headers = Readonly<Record<string, string>>;

type ClientOptions = {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly clock: Clock;
  /** Of this program, e.g. `0.1.0`. */
  readonly version?: string;
};

/** Opens the API where and for whom the environment says. Throws ParameterError when the environment cannot be meant. */
export async function openKaggleClient({ env, clock, version = '0' }: ClientOptions): Promise<KaggleClient> {
  const api = findApi(env);
  const credentials = await findCredentials(env, clock.now());
  const agent = { 'user-agent': `mlflow-ts/${version}` };
  const headers = { ...agent, ...authorization(credentials), 'content-type': 'application/json' };
  const inquire = <Result>(
    { method, fields, signal }: KaggleQuestion,
    maxRedirects: number,
    read: (reply: HttpReply, request: HttpRequest) => Promise<Result | Trouble>,
  ) => {
    const request = writeRequest(api, method, fields);
    return exchange(request, { headers, maxRedirects, clock, signal }, (reply) => read(reply, request));
  };
  return {
    credentials,
    agent,
    ask: (question) =>
      inquire(question, MAX_REDIRECTS, (reply) => readData(reply, { ...question, credentials }, clock)),
    locate: (question) =>
      inquire(question, 0, (reply, request) =>
        readPlace(reply, request, { headers, readData: () => readData(reply, { ...question, credentials }, clock) }),
      ),
  };
}

const MAX_REDIRECTS = 3;

async function readData(
  reply: HttpReply,
  { what, page, credentials }: Pick<KaggleQuestion, 'what' | 'page'> & { readonly credentials: KaggleCredentials },
  clock: Clock,
): Promise<Readonly<Record<string, unknown>> | Trouble> {
  const read = readReply(reply.status, reply.statusText, await reply.text());
  switch (read.kind) {
    case 'data':
      return read.data;
    case 'page':
      throw new EnvironmentError(
        `Kaggle was asked for ${what} and a web page came instead of data. Is there a proxy in between that wants a login, ` +
          'or does KAGGLE_API_ENDPOINT name something else?',
      );
    case 'refused': {
      const error = explainRefusal({ ...read, what, page, credentials });
      if (!isTransientStatus(read.status)) throw error;
      return new Trouble(error, { waitMs: retryAfterMs(reply.headers.get('retry-after'), clock.now()) });
    }
  }
}

/** A redirect tells the place; a file that comes at once is at the place that was asked. */
async function readPlace(
  reply: HttpReply,
  { url, verb }: HttpRequest,
  { headers, readData: read }: { readonly headers: Headers; readonly readData: () => Promise<unknown> },
): Promise<Place | Trouble> {
  const location = reply.headers.get('location');
  if (reply.status >= 300 && reply.status < 400 && location !== null) {
    await reply.body?.cancel();
    return placeOf(new URL(location, url), new URL(url), headers);
  }
  if (verb === 'GET' && bringsFile(reply)) {
    await reply.body?.cancel();
    return { url, headers };
  }
  const answer = await read();
  if (answer instanceof Trouble) return answer;
  return new Trouble(new EnvironmentError('Kaggle was asked where a download is and did not tell. Try again later.'));
}

function bringsFile({ ok, headers }: HttpReply): boolean {
  return ok && !/json|html/u.test(headers.get('content-type') ?? '');
}

/** Credentials go along only to the host that they are for. */
function placeOf(location: URL, asked: URL, headers: Headers): Place {
  const isSame = location.host === asked.host && [asked.protocol, 'https:'].includes(location.protocol);
  const taken = Object.entries(headers).filter(([name]) => isSame || name !== 'authorization');
  return { url: location.href, headers: Object.fromEntries(taken) };
}
