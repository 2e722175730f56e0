import { ParameterError } from '../../core/errors.ts';

/** Which dataset, and which version of it: absent is the current one. */
export type KaggleHandle = { readonly owner: string; readonly slug: string; readonly version?: number };

/**
 * Reads `owner/slug` or `owner/slug/versions/N`, also as the address of its page.
 * @throws ParameterError for anything else.
 */
export function parseHandle(text: string): KaggleHandle {
  const [, owner, slug, digits] = HANDLE.exec(text.trim().replace(PAGE, '')) ?? [];
  if (owner === undefined || slug === undefined) {
    throw new ParameterError(
      `"kaggle:${text}" does not name a dataset. Write kaggle:owner/slug, for one version kaggle:owner/slug/versions/3, ` +
        'as in the address of its page.',
    );
  }
  if (digits === undefined) return { owner, slug };
  const version = Number(digits);
  if (!Number.isSafeInteger(version) || version < 1) {
    throw new ParameterError(`"kaggle:${text}" names version ${digits}; versions of a dataset count from 1.`);
  }
  return { owner, slug, version };
}

const PAGE = /^https?:\/\/(?:www\.)?kaggle\.com\/datasets\//u;
const HANDLE = /^([\w-]+)\/([\w-]+)(?:\/versions\/(-?\d+))?\/?$/u;

/** The handle as it is written. */
export function handleText({ owner, slug, version }: KaggleHandle): string {
  return `${owner}/${slug}${version === undefined ? '' : `/versions/${version}`}`;
}

/** The dataset's page, where a person accepts its rules. */
export function pageOf(handle: KaggleHandle): string {
  return `https://www.kaggle.com/datasets/${handleText(handle)}`;
}
