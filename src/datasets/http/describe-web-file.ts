import type { Clock } from '../../core/clock.ts';
import { openBody, type BodyReply, type Validator } from '../../storage/http-body.ts';
import { keepTrying, Trouble } from '../../storage/keep-trying.ts';

/**
 * The size of a file on a server and what its version is told by, for one byte of it: servers that do not know HEAD know GET.
 * @throws NotFoundError, DataError or EnvironmentError as `openBody` tells them, after three tries where one may help.
 */
export async function describeWebFile(
  url: string,
  { clock, signal }: { readonly clock: Clock; readonly signal: AbortSignal },
): Promise<{ readonly bytes: number | undefined; readonly validator: Validator }> {
  return keepTrying(
    async () => {
      const headers = { range: 'bytes=0-0' };
      const reply = await openBody(url, { signal, headers, from: 0, send: fetch, now: clock.now() });
      switch (reply.kind) {
        case 'open':
          await letGo(reply);
          return { bytes: reply.total, validator: reply.validator };
        case 'past-end':
          return { bytes: 0, validator: {} };
        case 'broken':
          return new Trouble(reply.error, reply);
        case 'mismatch':
        case 'refused':
          throw reply.error;
      }
    },
    { tries: TRIES, clock, signal },
  );
}

const TRIES = 3;

/** Ends the reply: of a server that does not know ranges the whole file would come. */
async function letGo({ body }: Extract<BodyReply, { kind: 'open' }>): Promise<void> {
  const iterator = body[Symbol.asyncIterator]();
  await iterator.next().catch(() => undefined);
  await iterator.return?.();
}
