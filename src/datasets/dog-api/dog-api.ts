import { z } from 'zod';
import type { Clock } from '../../core/clock.ts';
import { DataError, EnvironmentError, NotFoundError, type MlflowTsError } from '../../core/errors.ts';
import { tryJson } from '../../core/json.ts';
import { keepPace } from '../../core/pace.ts';
import { retryAfterMs } from '../../core/retry-after.ts';
import type { HttpReply } from '../../storage/http-reply.ts';
import { Trouble } from '../../storage/keep-trying.ts';
import { isTransientStatus } from '../../storage/transient-status.ts';
import { readEndpoint } from '../http/endpoint.ts';
import { exchange } from '../http/exchange.ts';

/** The Dog API (https://dog.ceo/dog-api) at its place or at a server of one's own. */
export interface DogApi {
  readonly endpoint: string;
  /** What goes along with every request, those for images too: without a user agent it answers 403. */
  readonly headers: Readonly<Record<string, string>>;
  /**
   * What it says at a path, such as `breeds/list/all`; a few questions a second, again with growing waits while that may help.
   * @throws NotFoundError, DataError or EnvironmentError, by its refusal; the signal's reason.
   */
  ask(path: string, signal: AbortSignal): Promise<unknown>;
}

/** By the environment: `DOG_API_ENDPOINT`. Throws ParameterError when that cannot be meant. */
export function openDogApi(options: {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly clock: Clock;
  /** Of this program, e.g. `0.1.0`. */
  readonly version?: string;
}): DogApi {
  const { env, clock, version = '0' } = options;
  const endpoint = readEndpoint(env, 'DOG_API_ENDPOINT', 'https://dog.ceo/api');
  const headers = { 'user-agent': `mlflow-ts/${version}` };
  const mayAsk = keepPace(clock, { perSecond: 4, burst: 4 });
  return {
    endpoint,
    headers,
    ask: async (path, signal) => {
      await mayAsk(signal);
      const url = `${endpoint}/${path}`;
      const sent = { headers, maxRedirects: 3, clock, signal };
      return exchange({ verb: 'GET', url }, sent, (reply) => readReply(url, reply, clock.now()));
    },
  };
}

/** Cloudflare, in front of it, says 403 to crowds and takes it back. */
export const RECONSIDERED: readonly number[] = [403];

const envelopeSchema = z.object({ status: z.string(), message: z.unknown(), code: z.coerce.number().int().optional() });

async function readReply(url: string, reply: HttpReply, now: number): Promise<unknown> {
  const { data: envelope } = envelopeSchema.safeParse(tryJson(await reply.text()));
  if (reply.ok && envelope?.status === 'success') return envelope.message;
  const status = reply.ok ? (envelope?.code ?? reply.status) : reply.status;
  const error = explain(`${url} answered ${status}${wordsOf(envelope?.message)}`, status, envelope !== undefined);
  if (!isTransientStatus(status) && !RECONSIDERED.includes(status)) throw error;
  return new Trouble(error, { waitMs: retryAfterMs(reply.headers.get('retry-after'), now) });
}

function wordsOf(message: unknown): string {
  return typeof message === 'string' ? ` ("${message}")` : '';
}

/** `isEnvelope`: it was the Dog API that answered. */
function explain(told: string, status: number, isEnvelope: boolean): MlflowTsError {
  const options = { details: { status } };
  if (status === 404 && isEnvelope) return new NotFoundError(`${told}: the Dog API does not have it.`, options);
  if (status === 404) {
    return new NotFoundError(`${told}: there is no Dog API there. Check DOG_API_ENDPOINT, or leave it out.`, options);
  }
  if (status === 403) {
    return new EnvironmentError(`${told}: it lets you in no more, for a while. Try again later.`, options);
  }
  if (isTransientStatus(status)) return new EnvironmentError(`${told}. Try again later.`, options);
  if (status < 300 && !isEnvelope) {
    return new EnvironmentError(
      `${told} and it is not what the Dog API says. Is there a proxy in between that wants a login, or does ` +
        'DOG_API_ENDPOINT name something else?',
      options,
    );
  }
  return new DataError(`${told}: the request was refused.`, options);
}
