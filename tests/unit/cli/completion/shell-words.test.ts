import { expect, test } from '@jest/globals';
import { shellWords } from '../../../../src/cli/completion/shell-words.ts';

test.each([
  ['mlflow-ts ru', ['mlflow-ts', 'ru']],
  ['mlflow-ts  runs ', ['mlflow-ts', 'runs', '']],
  ['run -p "a b', ['run', '-p', 'a b']],
  [`run -p 'it is'x `, ['run', '-p', 'it isx', '']],
  ['predict my\\ hand.j', ['predict', 'my hand.j']],
  ['run "say \\"hi\\""', ['run', 'say "hi"']],
  ['run $(rm -rf x', ['run', '$(rm', '-rf', 'x']],
  ['', ['']],
])('%s', (line, words) => {
  expect(shellWords(line)).toEqual(words);
});
