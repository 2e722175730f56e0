import { ParameterError } from '../../core/errors.ts';
import { didYouMean } from '../../core/closest-name.ts';
import { readEndpoint } from '../http/endpoint.ts';
import type { HttpRequest } from '../http/send.ts';

/**
 * Kaggle's API is spoken in two ways: `rest`, plain GET requests of resource paths, and `rpc`, a POST for each method, as its own
 * newest clients do (https://github.com/Kaggle/kagglesdk).
 */
export const KAGGLE_DIALECTS = ['rest', 'rpc'] as const;
export type KaggleDialect = (typeof KAGGLE_DIALECTS)[number];

/** The methods of `datasets.DatasetApiService` that are used. */
export type KaggleMethod = 'GetDataset' | 'GetDatasetStatus' | 'ListDatasetFiles' | 'ListDatasets' | 'DownloadDataset';

/** What is asked, by the field names of the API; absent is the default. */
export type KaggleFields = Readonly<Record<string, string | number | undefined>>;

/** Where the API is and how it is spoken to. */
export type KaggleApi = { readonly dialect: KaggleDialect; readonly base: string };

/**
 * By the environment: `KAGGLE_API_DIALECT` and `KAGGLE_API_ENDPOINT`.
 * @throws ParameterError when one of them cannot be meant.
 */
export function findApi(env: Readonly<Record<string, string | undefined>>): KaggleApi {
  const wanted = env.KAGGLE_API_DIALECT?.trim().toLowerCase();
  const dialect = KAGGLE_DIALECTS.find((name) => name === (wanted === undefined || wanted === '' ? 'rest' : wanted));
  if (dialect === undefined) {
    throw new ParameterError(
      `KAGGLE_API_DIALECT is ${JSON.stringify(wanted)}. ${didYouMean(wanted ?? '', KAGGLE_DIALECTS)}`,
    );
  }
  const endpoint = readEndpoint(env, 'KAGGLE_API_ENDPOINT', ENDPOINTS[dialect]);
  // The RPC host of production is the one whose paths do not begin with /api.
  return { dialect, base: `${endpoint}${endpoint === ENDPOINTS.rpc ? '' : '/api'}/v1` };
}

const ENDPOINTS = { rest: 'https://www.kaggle.com', rpc: 'https://api.kaggle.com' } as const;

/** The request for a method in the API's dialect. Fields that are in the path are not sent twice. */
export function writeRequest({ dialect, base }: KaggleApi, method: KaggleMethod, fields: KaggleFields): HttpRequest {
  const given = Object.entries(fields).filter((entry): entry is [string, string | number] => isGiven(entry[1]));
  if (dialect === 'rpc') {
    const url = `${base}/datasets.DatasetApiService/${method}`;
    return { verb: 'POST', url, body: JSON.stringify(Object.fromEntries(given)) };
  }
  const inPath: readonly string[] = PATH_FIELDS[method].filter((name) => isGiven(fields[name]));
  const path = [PATHS[method], ...inPath.map((name) => encodeURIComponent(String(fields[name])))].join('/');
  const query = new URLSearchParams();
  for (const [name, value] of given) if (!inPath.includes(name)) query.set(name, String(value));
  return { verb: 'GET', url: `${base}/${path}${query.size === 0 ? '' : `?${query.toString()}`}` };
}

const PATHS: Readonly<Record<KaggleMethod, string>> = {
  GetDataset: 'datasets/view',
  GetDatasetStatus: 'datasets/status',
  ListDatasetFiles: 'datasets/list',
  ListDatasets: 'datasets/list',
  DownloadDataset: 'datasets/download',
};

const DATASET = ['ownerSlug', 'datasetSlug'] as const;

const PATH_FIELDS: Readonly<Record<KaggleMethod, readonly string[]>> = {
  GetDataset: DATASET,
  GetDatasetStatus: DATASET,
  ListDatasetFiles: DATASET,
  ListDatasets: [],
  DownloadDataset: [...DATASET, 'fileName'],
};

/** Default values are left out. */
function isGiven(value: string | number | undefined): boolean {
  return value !== undefined && value !== '' && value !== 0;
}
