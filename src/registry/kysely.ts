import { createRequire } from 'node:module';
import path from 'node:path';
import type * as KyselyPackage from 'kysely';

const load = createRequire(import.meta.url);
const parts = path.dirname(load.resolve('kysely'));

/**
 * The values of Kysely that the registry uses. The package is 260 files: as CommonJS, and without those for other databases,
 * they load in 40 % of the time they take as ES modules, which is a fifth of what a short command takes. Its files are named
 * here, so package.json asks for one exact version. Types are imported from the package itself.
 */
export const { Kysely } = load(path.join(parts, 'kysely.js')) as typeof KyselyPackage;
export const { sql } = load(path.join(parts, 'raw-builder/sql.js')) as typeof KyselyPackage;
export const { CompiledQuery } = load(path.join(parts, 'query-compiler/compiled-query.js')) as typeof KyselyPackage;
export const { SqliteAdapter } = load(path.join(parts, 'dialect/sqlite/sqlite-adapter.js')) as typeof KyselyPackage;
export const { SqliteIntrospector } = load(
  path.join(parts, 'dialect/sqlite/sqlite-introspector.js'),
) as typeof KyselyPackage;
export const { SqliteQueryCompiler } = load(
  path.join(parts, 'dialect/sqlite/sqlite-query-compiler.js'),
) as typeof KyselyPackage;
