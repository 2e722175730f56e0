import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { ParameterError } from '../../../../src/core/errors.ts';
import { printFilter } from '../../../../src/registry/search/clauses.ts';
import { parseFilter } from '../../../../src/registry/search/parse-filter.ts';
import { parseOrderBy } from '../../../../src/registry/search/parse-order-by.ts';
import { clauseArbitrary } from './clause-arbitrary.ts';

test('clauses are joined by AND, in any case; an empty filter has none', () => {
  expect(parseFilter(' ')).toEqual([]);
  expect(
    parseFilter('metrics.accuracy > .9 and params.engine = \'onnx\' AND tags.`mlflow.user name` LIKE "a%"'),
  ).toEqual([
    { kind: 'number', identifier: { kind: 'metric', key: 'accuracy' }, comparator: '>', value: 0.9 },
    { kind: 'text', identifier: { kind: 'param', key: 'engine' }, comparator: '=', value: 'onnx' },
    { kind: 'text', identifier: { kind: 'tag', key: 'mlflow.user name' }, comparator: 'LIKE', value: 'a%' },
  ]);
});

test.each([
  ['metric.a>=-1e-3', 'metrics.a >= -0.001'],
  ['parameter.a != "it\'s"', "params.a != 'it''s'"],
  ['params."a b" = "say ""hi"""', 'params.`a b` = \'say "hi"\''],
  ["attr.status = 'FINISHED'", "attributes.status = 'FINISHED'"],
  ["run.`Run Name` ilike 'x_'", "attributes.run_name ILIKE 'x_'"],
  ["run_id not in ('a','b')", "attributes.run_id NOT IN ('a', 'b')"],
  ['created < 1700000000000', 'attributes.start_time < 1700000000000'],
  ["datasets.name IN ('signs')", "datasets.name IN ('signs')"],
  ['tags.reviewed is null', 'tags.reviewed IS NULL'],
  ['params.a.b.c IS NOT NULL', 'params.a.b.c IS NOT NULL'],
])('%s', (given, printed) => {
  expect(printFilter(parseFilter(given))).toBe(printed);
});

test.each([
  ['metrics.a > 1 OR metrics.b > 1', "'OR' is not supported", 15],
  ['NOT metrics.a > 1', "'NOT' is not supported", 1],
  ['(metrics.a > 1)', 'expected a name such as metrics.accuracy', 1],
  ['metrics.a > 1; metrics.b > 1', 'Search filter contained multiple expression', 14],
  ['metrics.a', 'Invalid comparison clause. Expected 3 tokens found 1', 1],
  ['metrics.a >', 'Expected 3 tokens found 2', 12],
  ['metrics.a > 1 AND', 'a clause is missing', 18],
  ['metrics.a > 1 2', "'2' was not expected", 15],
  ["metrics.a > '1'", "Expected numeric value type for metric. Found '1'", 13],
  ['params.a = onnx', 'Expected a quoted string value', 12],
  ["metrics.a LIKE 'x'", "Invalid comparator 'LIKE' not one of ['=', '!=', '>', '>=', '<', '<=']", 11],
  ["params.a > 'x'", "Invalid comparator '>' not one of ['=', '!=', 'LIKE', 'ILIKE', 'IS NULL', 'IS NOT NULL']", 10],
  ['metrik.a > 1', "Invalid entity type 'metrik'. Valid values are", 1],
  ['accuracy > 1', "Invalid attribute key 'accuracy' specified", 1],
  ["dataset.size = 'x'", "Invalid dataset key 'size' specified. Valid keys are ['name', 'digest', 'context']", 1],
  ["params.a = 'x", "The quote ' is not closed", 12],
  ["run_id IN ('a' 'b')", 'Expected a list of quoted strings', 16],
  ["run_id IN 'a'", 'Expected a list of quoted strings', 11],
  ["run_id IN ('a',", 'Expected a list of quoted strings', 15],
  ['metrics. > 1', 'nothing follows "metrics."', 1],
  ['metrics.a # 1', '"#" has no meaning here', 11],
])('%s is refused', (filter, message, position) => {
  const refusal = expect(() => parseFilter(filter));
  refusal.toThrow(ParameterError);
  refusal.toThrow(expect.objectContaining({ message: expect.stringContaining(message), details: { position } }));
});

test('an order has a direction, ascending when none is said', () => {
  expect(parseOrderBy('metrics.accuracy desc')).toEqual({
    identifier: { kind: 'metric', key: 'accuracy' },
    direction: 'desc',
  });
  expect(parseOrderBy('start_time')).toMatchObject({ direction: 'asc' });
  expect(() => parseOrderBy('start_time down')).toThrow("Invalid ordering 'down'");
  expect(() => parseOrderBy('start_time asc, run_id')).toThrow("',' was not expected");
  expect(() => parseOrderBy('')).toThrow('Expected what to order by');
});

test('what is printed reads as what was meant', () => {
  fc.assert(
    fc.property(fc.array(clauseArbitrary(), { minLength: 1 }), (clauses) => {
      expect(parseFilter(printFilter(clauses))).toEqual(clauses);
    }),
  );
});

test('no text makes the parser fail otherwise than by telling where', () => {
  const pieces = [
    'metrics.a',
    'params.`b c`',
    'and',
    'or',
    'not',
    'in',
    'is',
    'null',
    '(',
    ')',
    ',',
    "'x'",
    '"',
    '1',
    '>',
    '=',
    ';',
    '.',
    'é',
  ];
  const nearly = fc.array(fc.constantFrom(...pieces)).map((words) => words.join(' '));
  fc.assert(
    fc.property(fc.oneof(nearly, fc.string()), (text) => {
      try {
        parseFilter(text);
      } catch (error) {
        expect(error).toBeInstanceOf(ParameterError);
        expect((error as ParameterError).details.position).toBeGreaterThan(0);
      }
    }),
    { numRuns: 500 },
  );
});
