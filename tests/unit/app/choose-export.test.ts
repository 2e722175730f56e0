import { expect, test } from '@jest/globals';
import { z } from 'zod';
import { chooseExport } from '../../../src/app/flow-files/choose-export.ts';
import { flow, task } from '../../../src/app/flow-api.ts';

const named = (name: string) => flow({ name, parameters: z.strictObject({}) }, () => null);
const census = named('census');
const nightly = named('nightly');

test('a file with one flow needs no name, also when it is exported twice', () => {
  expect(chooseExport({ census, other: 3 }, 'f.ts').flow).toBe(census);
  expect(chooseExport({ default: census }, 'f.ts')).toEqual({ exportName: 'default', flow: census });
  expect(chooseExport({ default: census, census }, 'f.ts').exportName).toBe('census');
});

test('of several flows the default export is meant, else they are listed', () => {
  expect(chooseExport({ census, default: nightly }, 'f.ts').flow).toBe(nightly);
  expect(() => chooseExport({ census, nightly }, 'f.ts')).toThrow(
    'f.ts exports 2 flows. Say which:\n  f.ts:census\n  f.ts:nightly',
  );
});

test('a flow is found by its export and by its own name', () => {
  const exports = { myFlow: census, nightly };
  expect(chooseExport(exports, 'f.ts', 'myFlow').flow).toBe(census);
  expect(chooseExport(exports, 'f.ts', 'census')).toEqual({ exportName: 'myFlow', flow: census });
  expect(() => chooseExport(exports, 'f.ts', 'nigthly')).toThrow(
    'f.ts exports no flow "nigthly". Did you mean "nightly"?',
  );
});

test('what is exported instead of a flow is told', () => {
  const count = task({ name: 'count' }, () => 3);
  expect(() => chooseExport({}, 'f.ts')).toThrow('f.ts exports no flow. It exports nothing.');
  expect(() => chooseExport({ count, run: () => 1, size: 2 }, 'f.ts')).toThrow(
    'It exports: count (a task), run (a function), size (a number).',
  );
  expect(() => chooseExport({ count, census }, 'f.ts', 'count')).toThrow(
    'exports count, which is a task and not a flow. Its flows: census.',
  );
});

test('a flow of a second copy of the package is a flow', () => {
  const foreign = Object.assign(() => null, { [Symbol.for('mlflow-ts.flow')]: true });
  Object.defineProperty(foreign, 'name', { value: 'foreign' });
  expect(chooseExport({ foreign }, 'f.ts').flow.name).toBe('foreign');
});
