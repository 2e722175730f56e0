import { expect, test } from '@jest/globals';
import { reportError } from '../../../src/cli/report-error.ts';
import { DataError } from '../../../src/core/errors.ts';

function tell(error: unknown, options: { json?: boolean; debug?: boolean } = {}): { stdout: string; stderr: string } {
  let stdout = '';
  let stderr = '';
  const streams = {
    stdout: { write: (text: string) => (stdout += text) },
    stderr: { write: (text: string) => (stderr += text) },
  };
  reportError(error, streams, { json: false, debug: false, ...options });
  return { stdout, stderr };
}

test('an error of ours is its message; its stack shows with debug only', () => {
  const error = new DataError('the images are broken');
  expect(tell(error)).toEqual({ stdout: '', stderr: 'error: the images are broken\n' });
  expect(tell(error, { debug: true }).stderr).toContain('report-error.test');
});

test('a full disk is no bug of ours', () => {
  const full = Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC' });
  expect(tell(full).stderr).toMatch(/^error: ENOSPC: no space left on device, write\nMake room/);
});

test('any other error is told as the bug it is, with its stack', () => {
  expect(tell(new TypeError('x is undefined')).stderr).toMatch(
    /this is a bug in mlflow-ts[^]*TypeError: x is undefined\n +at /,
  );
});

test('with json the error is a document, causes included and stacks left out', () => {
  const error = new DataError('outer', { cause: new Error('inner'), details: { path: 'x' } });
  expect(JSON.parse(tell(error, { json: true }).stdout)).toEqual({
    error: {
      name: 'DataError',
      code: 'DATA',
      message: 'outer',
      details: { path: 'x' },
      cause: { name: 'Error', code: 'UNKNOWN', message: 'inner' },
    },
  });
});
