import { expect, test } from '@jest/globals';
import { DataError, EnvironmentError, NotFoundError, ParameterError } from '../../../../src/core/errors.ts';
import type { KaggleCredentials } from '../../../../src/datasets/kaggle/credentials.ts';
import { explainRefusal } from '../../../../src/datasets/kaggle/explain-refusal.ts';

const page = 'https://www.kaggle.com/datasets/o/d';
const nobody: KaggleCredentials = { kind: 'anonymous' };
const token: KaggleCredentials = { kind: 'token', token: 'tok-123', from: '/home/me/.kaggle/access_token' };

test.each([
  [401, nobody, ParameterError, 'set KAGGLE_API_TOKEN'],
  [401, token, ParameterError, 'does not take the credentials in /home/me/.kaggle/access_token'],
  [403, nobody, DataError, 'set KAGGLE_API_TOKEN'],
  [403, token, DataError, `Open ${page} in a browser, where you are logged in, and accept its rules`],
  [404, token, NotFoundError, 'no such dataset, or it is private'],
  [451, token, DataError, 'withheld for legal reasons'],
  [429, token, EnvironmentError, 'Try again later'],
  [503, token, EnvironmentError, 'Try again later'],
  [418, token, DataError, 'Check the request'],
])('status %i for %j says what to do', (status, credentials, kind, remedy) => {
  const error = explainRefusal({ status, message: 'because tok-123', what: 'dataset o/d', page, credentials });
  expect(error).toBeInstanceOf(kind);
  expect(error.message).toContain(`Kaggle answered ${status} ("because `);
  expect(error.message).toContain(remedy);
  if (credentials === token) expect(error.message).not.toContain('tok-123');
});
