import type { HttpHeaders } from './http-reply.ts';

/**
 * The MD5, lower-case hex, that a storage server promises of the whole file in `x-goog-hash`: `crc32c=…, md5=…`, base64
 * (https://cloud.google.com/storage/docs/xml-api/reference-headers#xgooghash). Undefined when it promises none, as for files
 * that were put together of several.
 */
export function promisedMd5(headers: HttpHeaders): string | undefined {
  const items = (headers.get('x-goog-hash') ?? '').split(',').map((item) => item.trim());
  const base64 = items.find((item) => item.startsWith('md5='))?.slice('md5='.length);
  const bytes = Buffer.from(base64 ?? '', 'base64');
  return bytes.length === MD5_BYTES ? bytes.toString('hex') : undefined;
}

const MD5_BYTES = 16;
