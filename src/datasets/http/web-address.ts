import { ParameterError } from '../../core/errors.ts';
import type { Checksum } from '../../storage/download-file.ts';

export type WebAddress = {
  /** What is asked of the server. */
  readonly url: string;
  readonly checksum?: Checksum;
  /** In its normal form, with the checksum. */
  readonly address: string;
};

/**
 * Reads `https://HOST/PATH[?QUERY][#sha256=HEX or #md5=HEX]`; checksums are written as pip and others write them. Throws
 * ParameterError for what is no address of a file, for a user or password in it, and for anything else behind `#`.
 */
export function parseWebAddress(given: string): WebAddress {
  const parsed = URL.canParse(given) ? new URL(given) : undefined;
  if (parsed === undefined || parsed.hostname === '' || parsed.pathname.endsWith('/')) {
    throw new ParameterError(
      `${given} is not the address of a file, for example https://example.org/signs.tar.gz#sha256=...`,
    );
  }
  if (parsed.username !== '' || parsed.password !== '') {
    throw new ParameterError(
      `${parsed.host}: an address with a user or a password in it would be recorded. Leave them out.`,
    );
  }
  const checksum = parseChecksum(parsed.hash, given);
  parsed.hash = '';
  const url = parsed.href;
  if (checksum === undefined) return { url, address: url };
  return { url, checksum, address: `${url}#${checksum.algorithm}=${checksum.hex}` };
}

const CHECKSUM = /^#(?:sha256=(?<sha256>[0-9a-f]{64})|md5=(?<md5>[0-9a-f]{32}))$/iu;

function parseChecksum(fragment: string, given: string): Checksum | undefined {
  if (fragment === '') return undefined;
  const { sha256, md5 } = CHECKSUM.exec(fragment)?.groups ?? {};
  if (sha256 !== undefined) return { algorithm: 'sha256', hex: sha256.toLowerCase() };
  if (md5 !== undefined) return { algorithm: 'md5', hex: md5.toLowerCase() };
  throw new ParameterError(
    `${given} ends in ${fragment}; expected #sha256= with 64, or #md5= with 32 hexadecimal digits.`,
  );
}
