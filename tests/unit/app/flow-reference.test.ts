import { expect, test } from '@jest/globals';
import { formatFlowReference, parseFlowReference } from '../../../src/app/flow-files/flow-reference.ts';

test('what has a slash or the ending of a script is a file, anything else the name of a flow', () => {
  expect(parseFlowReference('./my/flow.ts:census')).toEqual({ file: './my/flow.ts', exportName: 'census' });
  expect(parseFlowReference('flow.mjs')).toEqual({ file: 'flow.mjs' });
  expect(parseFlowReference('flow.ts:default')).toEqual({ file: 'flow.ts', exportName: 'default' });
  expect(parseFlowReference('my/flow')).toEqual({ file: 'my/flow' });
  expect(parseFlowReference(String.raw`C:\flows\census.ts:census`)).toEqual({
    file: String.raw`C:\flows\census.ts`,
    exportName: 'census',
  });
  expect(parseFlowReference('census')).toBeUndefined();
  expect(parseFlowReference('census-2')).toBeUndefined();
});

test('a reference is written as it is read', () => {
  for (const text of ['./a.ts:b', 'a/b.js']) expect(formatFlowReference(parseFlowReference(text)!)).toBe(text);
});

test('a colon without a name is told', () => {
  expect(() => parseFlowReference('./flow.ts:')).toThrow('"./flow.ts:" ends in a colon. Write ./flow.ts:NAME');
});
