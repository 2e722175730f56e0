import { EnvironmentError } from '../core/errors.ts';

/** For messages: the query of a signed address lets whoever reads it in. */
export function withoutQuery(url: string): string {
  return url.replace(/\?.*$/u, '');
}

/** Why no reply came. `lasting`: a name that is not known and a port that nobody listens on stay so for a while, no other try. */
export type Unreachable = { readonly error: EnvironmentError; readonly lasting: boolean };

/** Explains what a client threw instead of giving a reply; `url` is what was wanted. */
export function explainUnreachable(url: string, thrown: unknown): Unreachable {
  const code = codeIn(thrown);
  const why = OFFLINE[code];
  const error = new EnvironmentError(
    `${new URL(url).host} cannot be reached${why === undefined ? '' : ` (${why})`}: nothing came from ${url}. ` +
      'Check the network connection and try again.',
    { cause: thrown, details: { url, code } },
  );
  return { error, lasting: why !== undefined };
}

function codeIn(thrown: unknown): string {
  for (let error = thrown; error instanceof Error; error = error.cause) {
    if ('code' in error && typeof error.code === 'string') return error.code;
  }
  return '';
}

const OFFLINE: Readonly<Record<string, string>> = {
  ENOTFOUND: 'its name is not known here; is there a network?',
  EAI_AGAIN: 'its name could not be looked up; is there a network?',
  ECONNREFUSED: 'nobody listens there',
  ENETUNREACH: 'there is no way to it; is there a network?',
  EHOSTUNREACH: 'there is no way to it; is there a network?',
};
