import { DataError, EnvironmentError, NotFoundError, ParameterError, type MlflowTsError } from '../../core/errors.ts';
import { isTransientStatus } from '../../storage/transient-status.ts';
import type { KaggleCredentials } from './credentials.ts';

/** What was refused, to whom, and what Kaggle said. */
export type Refusal = {
  readonly status: number;
  readonly message: string;
  /** For people: `owner/slug` or what was searched for. */
  readonly what: string;
  /** Where a person sees to it. */
  readonly page: string;
  readonly credentials: KaggleCredentials;
};

/** The error for a refusal, with the next step: 401 whom to be, 403 what to accept, 404 what to check, 451 that nobody can. */
export function explainRefusal({ status, message, what, page, credentials }: Refusal): MlflowTsError {
  const said = message === '' ? '' : ` ("${withoutSecrets(message, credentials)}")`;
  const told = `Kaggle answered ${status}${said} for ${what}`;
  const options = { details: { status, what } };
  switch (status) {
    case 401:
      return new ParameterError(`${told}: ${loginRemedy(credentials)}`, options);
    case 403:
      return new DataError(`${told}: you may not have it. ${consentRemedy(credentials, page)}`, options);
    case 404:
      return new NotFoundError(
        `${told}: there is no such dataset, or it is private and you are not its owner. Check owner and name at ${page}`,
        options,
      );
    case 451:
      return new DataError(
        `${told}: it is withheld for legal reasons where you are. Nothing you set changes that; see ${page} and use another dataset.`,
        options,
      );
    default:
      return isTransientStatus(status)
        ? new EnvironmentError(`${told}. Try again later; https://status.kaggle.com shows its state.`, options)
        : new DataError(`${told}. Check the request at ${page}`, options);
  }
}

function loginRemedy(credentials: KaggleCredentials): string {
  if (credentials.kind === 'anonymous') {
    return `it wants to know who asks. ${TOKEN_REMEDY}`;
  }
  return `it does not take the credentials in ${credentials.from}. Make a new token at https://www.kaggle.com/settings and put it there.`;
}

const TOKEN_REMEDY =
  'Make a token at https://www.kaggle.com/settings and set KAGGLE_API_TOKEN to it, or keep it in ~/.kaggle/access_token.';

function consentRemedy(credentials: KaggleCredentials, page: string): string {
  const accept = `Open ${page} in a browser, where you are logged in, and accept its rules or ask its owner.`;
  return credentials.kind === 'anonymous' ? `${TOKEN_REMEDY} If it is still refused: ${accept}` : accept;
}

function withoutSecrets(message: string, credentials: KaggleCredentials): string {
  switch (credentials.kind) {
    case 'token':
      return message.replaceAll(credentials.token, '…');
    case 'key':
      return message.replaceAll(credentials.key, '…');
    case 'anonymous':
      return message;
  }
}
