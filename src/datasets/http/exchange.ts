import type { Clock } from '../../core/clock.ts';
import { MlflowTsError } from '../../core/errors.ts';
import type { HttpReply } from '../../storage/http-reply.ts';
import { keepTrying, Trouble } from '../../storage/keep-trying.ts';
import { watchSilence } from '../../storage/silence-watch.ts';
import { explainUnreachable, withoutQuery } from '../../storage/unreachable.ts';
import { send, type HttpRequest, type SendOptions } from './send.ts';

/**
 * Sends a request and reads the reply, again with growing waits while that may help: where `read` gives trouble, and where the
 * connection breaks or brings nothing for a minute.
 * @throws EnvironmentError when the server cannot be reached or stays busy; what `read` throws; the signal's reason.
 */
export function exchange<Result>(
  request: HttpRequest,
  { clock, signal, ...options }: SendOptions & { readonly clock: Clock },
  read: (reply: HttpReply) => Promise<Result | Trouble>,
): Promise<Result> {
  const attempt = async () => {
    const watch = watchSilence(signal, SILENCE_MS);
    try {
      return await read(await send(request, { ...options, signal: watch.signal }));
    } catch (thrown) {
      signal.throwIfAborted();
      if (thrown instanceof MlflowTsError) throw thrown;
      return unreachable(request, thrown);
    } finally {
      watch.stop();
    }
  };
  return keepTrying(attempt, { tries: TRIES, clock, signal });
}

const SILENCE_MS = 60_000;
const TRIES = 5;

function unreachable(request: HttpRequest, thrown: unknown): Trouble {
  const { error, lasting } = explainUnreachable(withoutQuery(request.url), causeOf(thrown));
  if (lasting) throw error;
  return new Trouble(error);
}

/** Not the error of axios itself: the request that hangs on it may hold credentials. */
function causeOf(thrown: unknown): unknown {
  if (!(thrown instanceof Error) || !('config' in thrown)) return thrown;
  if (thrown.cause !== undefined) return thrown.cause;
  const code = 'code' in thrown ? thrown.code : undefined;
  return Object.assign(new Error(thrown.message), { code });
}
