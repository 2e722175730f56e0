import fc from 'fast-check';
import {
  isNumeric,
  NUMBER_COMPARATORS,
  TEXT_COMPARATORS,
  type Clause,
  type Identifier,
} from '../../../../src/registry/search/clauses.ts';

const KEYS = ['accuracy', 'a b', 'x.y', 'it`s'];
const TEXTS = ['onnx', 'ONNX', "it's", '0.5', 'true', '%', 'o_n%', '', 'a*[b]?', 'ä"\\\n'];

/** Any clause that the grammar knows, over few keys and values so that many hold. */
export function clauseArbitrary(): fc.Arbitrary<Clause> {
  return identifierArbitrary().chain((identifier) => {
    if (isNumeric(identifier)) return numberClause(identifier);
    const mayBeAbsent = identifier.kind === 'param' || identifier.kind === 'tag';
    return fc.oneof(textClause(identifier), mayBeAbsent ? presenceClause(identifier) : listClause(identifier));
  });
}

function identifierArbitrary(): fc.Arbitrary<Identifier> {
  return fc.oneof(
    fc.record({ kind: fc.constantFrom('metric', 'param', 'tag'), key: fc.constantFrom(...KEYS) }),
    fc.record({
      kind: fc.constant('attribute' as const),
      key: fc.constantFrom('run_id', 'run_name', 'status', 'start_time', 'end_time'),
    }),
    fc.record({ kind: fc.constant('dataset' as const), key: fc.constantFrom('name', 'digest', 'context') }),
  );
}

function numberClause(identifier: Identifier): fc.Arbitrary<Clause> {
  return fc.record({
    kind: fc.constant('number' as const),
    identifier: fc.constant(identifier),
    comparator: fc.constantFrom(...NUMBER_COMPARATORS),
    value: fc.constantFrom(-1, 0.5, 1, 2, 1e-7, 3e21),
  });
}

function textClause(identifier: Identifier): fc.Arbitrary<Clause> {
  return fc.record({
    kind: fc.constant('text' as const),
    identifier: fc.constant(identifier),
    comparator: fc.constantFrom(...TEXT_COMPARATORS),
    value: fc.constantFrom(...TEXTS, 'finished', 'FINISHED', 'run-1', 'signs', 'training'),
  });
}

function listClause(identifier: Identifier): fc.Arbitrary<Clause> {
  return fc.record({
    kind: fc.constant('list' as const),
    identifier: fc.constant(identifier),
    negated: fc.boolean(),
    values: fc.array(fc.constantFrom(...TEXTS, 'run-1', 'signs', 'finished'), { minLength: 1, maxLength: 3 }),
  });
}

function presenceClause(identifier: Identifier): fc.Arbitrary<Clause> {
  return fc.record({
    kind: fc.constant('presence' as const),
    identifier: fc.constant(identifier),
    present: fc.boolean(),
  });
}
