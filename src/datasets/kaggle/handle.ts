import { ParameterError } from '../../core/errors.ts';
import { findPathProblem } from '../archive/entry-rules.ts';

/** Which dataset, which version of it (absent is the current one), and which of its files (absent: all, as an archive). */
export type KaggleHandle = {
  readonly owner: string;
  readonly slug: string;
  readonly version?: number;
  readonly file?: string;
};

/**
 * Reads `owner/slug` or `owner/slug/versions/N`, also as the address of its page, and behind it `#file=PATH` for one file.
 * @throws ParameterError for anything else.
 */
export function parseHandle(text: string): KaggleHandle {
  const [whole = '', fragment] = text.trim().split(/#(.*)/su, 2);
  const [, owner, slug, digits] = HANDLE.exec(whole.replace(PAGE, '')) ?? [];
  if (owner === undefined || slug === undefined) {
    throw new ParameterError(
      `"kaggle:${text}" does not name a dataset. Write kaggle:owner/slug, for one version kaggle:owner/slug/versions/3, ` +
        'as in the address of its page.',
    );
  }
  const named = { owner, slug, ...parseFile(fragment, text) };
  if (digits === undefined) return named;
  const version = Number(digits);
  if (!Number.isSafeInteger(version) || version < 1) {
    throw new ParameterError(`"kaggle:${text}" names version ${digits}; versions of a dataset count from 1.`);
  }
  return { ...named, version };
}

const PAGE = /^https?:\/\/(?:www\.)?kaggle\.com\/datasets\//u;
const HANDLE = /^([\w-]+)\/([\w-]+)(?:\/versions\/(-?\d+))?\/?$/u;

function parseFile(fragment: string | undefined, text: string): { file?: string } {
  if (fragment === undefined) return {};
  const file = /^file=(.+)$/su.exec(fragment)?.[1];
  const problem = file === undefined ? 'expected #file= and the path of a file' : findPathProblem(file);
  if (file === undefined || problem !== undefined || file.endsWith('/')) {
    throw new ParameterError(
      `"kaggle:${text}" does not name a file of a dataset: ${problem ?? 'it is a folder'}. Its files: mlflow-ts data files kaggle:owner/slug`,
    );
  }
  return { file };
}

/** The handle as it is written. */
export function handleText({ file, ...handle }: KaggleHandle): string {
  return `${placeText(handle)}${file === undefined ? '' : `#file=${file}`}`;
}

function placeText({ owner, slug, version }: KaggleHandle): string {
  return `${owner}/${slug}${version === undefined ? '' : `/versions/${version}`}`;
}

/** The dataset's page, where a person accepts its rules. */
export function pageOf(handle: KaggleHandle): string {
  return `https://www.kaggle.com/datasets/${placeText(handle)}`;
}
