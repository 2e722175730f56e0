import { expect, test } from '@jest/globals';
import { readReply } from '../../../../src/datasets/kaggle/read-reply.ts';

const refused = (status: number, message: string) => ({ kind: 'refused', status, message });

test.each([
  [404, '{"code":404,"message":"gone"}', refused(404, 'gone')],
  [404, '{"code":"404","message":"gone"}', refused(404, 'gone')],
  [
    429,
    '{"error":{"code":429,"message":"Too many requests","status":"RESOURCE_EXHAUSTED"}}',
    refused(429, 'Too many requests'),
  ],
  [200, '{"code":401}', refused(401, 'Status')],
  [200, '{"code":403,"message":"no"}', refused(403, 'no')],
  [200, '{"error":"exists","errorCode":"409"}', refused(409, 'exists')],
  [200, '{"errorMessage":"what?"}', refused(400, 'what?')],
  [500, '{}', refused(500, 'Status')],
  [502, '<html>Bad gateway</html>', refused(502, 'Status')],
  [403, '"text"', refused(403, 'Status')],
  [200, '<html>log in</html>', { kind: 'page' }],
  [200, '', { kind: 'page' }],
  [
    200,
    '{"error":"","errorMessage":"","title":"x"}',
    { kind: 'data', data: { error: '', errorMessage: '', title: 'x' } },
  ],
  [200, '{"code":7,"title":"x"}', { kind: 'data', data: { code: 7, title: 'x' } }],
])('HTTP %i with %s', (status, text, expected) => {
  expect(readReply(status, 'Status', text)).toEqual(expected);
});
