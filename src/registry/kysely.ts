import { createRequire } from 'node:module';
import type * as KyselyPackage from 'kysely';
import { loadParts } from './load-parts.ts';

const load = loadParts(createRequire(import.meta.url).resolve('kysely'));

/**
 * The values of Kysely that the registry uses. The package is 260 files, and loading them as ES modules is a third of what a short
 * command takes: here they are loaded as CommonJS, without those for other databases and without Node's search for each, in a
 * fifth of that time. Its files are named here, so package.json asks for one exact version. Types are imported from the package
 * itself.
 */
export const { Kysely } = load('kysely.js') as typeof KyselyPackage;
export const { sql } = load('raw-builder/sql.js') as typeof KyselyPackage;
export const { CompiledQuery } = load('query-compiler/compiled-query.js') as typeof KyselyPackage;
export const { SqliteAdapter } = load('dialect/sqlite/sqlite-adapter.js') as typeof KyselyPackage;
export const { SqliteIntrospector } = load('dialect/sqlite/sqlite-introspector.js') as typeof KyselyPackage;
export const { SqliteQueryCompiler } = load('dialect/sqlite/sqlite-query-compiler.js') as typeof KyselyPackage;
