import { ParameterError, UsageError } from '../core/errors.ts';

/** How a model version is named: by number, by alias, or by neither (the caller's default alias). */
export type ModelReference =
  | { readonly kind: 'version'; readonly name: string; readonly version: number }
  | { readonly kind: 'alias'; readonly name: string; readonly alias: string }
  | { readonly kind: 'name'; readonly name: string };

/**
 * Reads `name`, `name@alias` or `name/version`, each also after `models:/` as MLflow writes it.
 * @throws UsageError for anything else.
 */
export function parseModelReference(text: string): ModelReference {
  const match = /^(?:models:\/)?(?<name>[^/@]+)(?:@(?<alias>[^/@]+)|\/(?<version>[^/@]+))?$/.exec(text.trim());
  if (match?.groups === undefined || !NAME.test(match.groups.name!)) {
    throw new UsageError(`"${text}" does not name a model. Write name, name@alias or name/version, for example signs@champion.`);
  }
  const { name, alias, version } = match.groups as { name: string; alias?: string; version?: string };
  if (alias !== undefined) return { kind: 'alias', name, alias };
  if (version === undefined) return { kind: 'name', name };
  return { kind: 'version', name, version: parseVersion(version) };
}

/** A version number from text: `3`. @throws UsageError when it is not a whole number from 1 on. */
export function parseVersion(text: string): number {
  if (!/^[1-9]\d{0,8}$/.test(text)) {
    throw new UsageError(`A model version is a whole number from 1 on; received "${text}". Aliases are written name@alias.`);
  }
  return Number(text);
}

const NAME = /^[A-Za-z0-9][\w.-]{0,99}$/;
const ALIAS = /^[\w-]{1,255}$/;
const RESERVED_ALIAS = /^(latest|v\d+)$/i;

/** Refuses names that cannot be a folder or a reference. @throws ParameterError */
export function checkModelName(name: string): void {
  if (!NAME.test(name)) {
    throw new ParameterError(
      `"${name}" cannot name a model: up to 100 letters, digits, _ . and -, the first a letter or digit.`,
    );
  }
}

/**
 * Refuses what MLflow's registry refuses as an alias too: other characters than letters, digits, _ and -, more than 255 of
 * them, and the reserved `latest` and `v1`, `v2` ….
 * @throws ParameterError
 */
export function checkAlias(alias: string): void {
  if (!ALIAS.test(alias)) {
    throw new ParameterError(`"${alias}" cannot be an alias: 1 to 255 letters, digits, _ and -.`);
  }
  if (RESERVED_ALIAS.test(alias)) {
    throw new ParameterError(`"${alias}" cannot be an alias: latest and v1, v2 … are reserved for versions.`);
  }
}
