import type { Compilable, CompiledQuery, DialectAdapter } from 'kysely';
import type { RegistryDb } from './registry-db.ts';

/**
 * A query that is built and compiled once a database and afterwards only filled in: what the hot path uses. `build` gets
 * an input whose members may only be passed on as values. Run what it returns with `executeQuery` or `writeFenced`.
 */
export function precompiled<Input extends object, Row>(
  build: (db: RegistryDb, input: Input) => Compilable<Row>,
): (db: RegistryDb, input: Input) => CompiledQuery<Row> {
  const compiled = new WeakMap<DialectAdapter, CompiledQuery<Row>>();
  return (db, input) => {
    const { adapter } = db.getExecutor();
    let query = compiled.get(adapter);
    if (query === undefined) {
      query = build(db, slots() as Input).compile();
      compiled.set(adapter, query);
    }
    return { ...query, parameters: query.parameters.map((value) => fill(value, input)) };
  };
}

/** Stands where a value of the input belongs. */
class Slot {
  readonly name: PropertyKey;
  constructor(name: PropertyKey) {
    this.name = name;
  }
}

function slots(): object {
  return new Proxy({}, { get: (_, name) => new Slot(name) });
}

function fill(value: unknown, input: object): unknown {
  return value instanceof Slot ? Reflect.get(input, value.name) : value;
}
