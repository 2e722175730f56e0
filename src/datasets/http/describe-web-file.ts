import type { Clock } from '../../core/clock.ts';
import { openBody, type BodyReply, type Validator } from '../../storage/http-body.ts';

/**
 * The size of a file on a server and what its version is told by, for one byte of it: servers that do not know HEAD know GET.
 * @throws NotFoundError, DataError or EnvironmentError as `openBody` tells them, after three tries where one may help.
 */
export async function describeWebFile(
  url: string,
  { clock, signal }: { readonly clock: Clock; readonly signal: AbortSignal },
): Promise<{ readonly bytes: number | undefined; readonly validator: Validator }> {
  for (let tried = 1; ; tried += 1) {
    const reply = await openBody(url, {
      signal,
      headers: { range: 'bytes=0-0' },
      from: 0,
      send: fetch,
      now: clock.now(),
    });
    if (reply.kind === 'open') {
      await letGo(reply);
      return { bytes: reply.total, validator: reply.validator };
    }
    if (reply.kind === 'past-end') return { bytes: 0, validator: {} };
    if (reply.kind !== 'broken' || tried === TRIES) throw reply.error;
    await clock.sleep(FIRST_WAIT_MS * 2 ** tried, signal);
  }
}

const TRIES = 3;
const FIRST_WAIT_MS = 250;

/** Ends the reply: of a server that does not know ranges the whole file would come. */
async function letGo({ body }: Extract<BodyReply, { kind: 'open' }>): Promise<void> {
  const iterator = body[Symbol.asyncIterator]();
  await iterator.next().catch(() => undefined);
  await iterator.return?.();
}
