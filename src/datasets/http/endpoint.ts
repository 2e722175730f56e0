import { ParameterError } from '../../core/errors.ts';

/** The address of a server that an environment variable may name, without slashes at its end. Throws ParameterError for what is none. */
export function readEndpoint(
  env: Readonly<Record<string, string | undefined>>,
  name: string,
  standard: string,
): string {
  const endpoint = (env[name]?.trim() ?? '').replace(/\/+$/u, '') || standard;
  if (URL.canParse(endpoint) && /^https?:/u.test(endpoint)) return endpoint;
  throw new ParameterError(`${name} must be an address such as ${standard}, received ${endpoint}`);
}
