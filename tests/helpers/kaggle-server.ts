import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { answerStorage, type StorageFault } from './kaggle-storage.ts';
import { makeZip } from './make-zip.ts';

/** A dataset as the server holds it; versions count from 1, the last one is current. */
export type ServedDataset = {
  readonly owner: string;
  readonly slug: string;
  versions: Buffer[];
  readonly title?: string;
  readonly licenseName?: string;
  readonly totalBytes?: number;
  readonly status?: string;
  /** What `GetDataset` leaves out. */
  readonly without?: readonly string[];
  readonly lastUpdated?: string;
  /** Who may have it: absent is everybody. */
  authorization?: string;
  /** Single files by name; the storage zips those ending in `.csv`. */
  files?: Readonly<Record<string, Buffer>>;
};

/** What the API does instead of answering as it should. */
export type ApiFault =
  | { readonly kind: 'reset' }
  | {
      readonly kind: 'reply';
      readonly status: number;
      readonly body: string;
      readonly type?: string;
      readonly headers?: Readonly<Record<string, string>>;
    };

export type KaggleServerOptions = {
  readonly datasets: ServedDataset[];
  /** One a request, in their order; then the API behaves. */
  readonly apiFaults?: readonly (ApiFault | undefined)[];
  readonly storageFaults?: readonly (StorageFault | undefined)[];
  readonly pageSize?: number;
};

export type SeenRequest = {
  readonly verb: string;
  readonly path: string;
  readonly authorization: string | undefined;
  readonly agent: string | undefined;
  readonly range: string | undefined;
};

export type KaggleServer = {
  /** For `KAGGLE_API_ENDPOINT`. */
  readonly endpoint: string;
  /** The environment of a client: this server, and nobody's credentials. */
  readonly env: Readonly<Record<string, string>>;
  readonly api: SeenRequest[];
  readonly storage: SeenRequest[];
};

/** As `startKaggleServer`, for as long as the body runs. */
export async function withKaggleServer<Result>(
  options: KaggleServerOptions,
  body: (server: KaggleServer) => Promise<Result>,
): Promise<Result> {
  const server = await startKaggleServer(options);
  try {
    return await body(server);
  } finally {
    await server.close();
  }
}

/**
 * A server like Kaggle's on loopback: the API in both dialects, and a storage at another port to which downloads are redirected
 * by signed addresses.
 */
export async function startKaggleServer(
  options: KaggleServerOptions,
): Promise<KaggleServer & { readonly close: () => Promise<void> }> {
  const api: SeenRequest[] = [];
  const storage: SeenRequest[] = [];
  const expired = new Set<string>();
  const storageServer = createServer((request, response) => {
    storage.push(seen(request));
    const fault = options.storageFaults?.[storage.length - 1];
    const { pathname, searchParams } = new URL(request.url ?? '', 'http://storage');
    const content = contentAt(options.datasets, decodeURIComponent(pathname));
    const signature = searchParams.get('X-Goog-Signature') ?? '';
    void answerStorage({ content, fault, expired, signature }, request, response);
  });
  const storageUrl = await listen(storageServer);
  const apiServer = createServer((request, response) => {
    api.push(seen(request));
    const fault = options.apiFaults?.[api.length - 1];
    if (fault === undefined) answerApi(options, `${storageUrl}?X-Goog-Signature=s${api.length}`)(request, response);
    else if (fault.kind === 'reset') response.destroy();
    else {
      const { status, type = 'application/json', headers = {}, body } = fault;
      response.writeHead(status, { 'content-type': type, ...headers }).end(body);
    }
  });
  const endpoint = await listen(apiServer);
  const env = { KAGGLE_API_ENDPOINT: endpoint, HOME: '/nonexistent' };
  const close = async (): Promise<void> => {
    for (const server of [apiServer, storageServer]) {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    }
  };
  return { endpoint, env, api, storage, close };
}

async function listen(server: ReturnType<typeof createServer>): Promise<string> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

function seen({ method = '', url = '', headers }: IncomingMessage): SeenRequest {
  const { authorization, range } = headers;
  return { verb: method, path: url, authorization, agent: headers['user-agent'], range };
}

function answerApi(options: KaggleServerOptions, storageUrl: string): RequestListener {
  return (request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const asked = readQuestion(request, Buffer.concat(chunks).toString());
      if (asked === undefined) sendJson(response, 404, { code: 404, message: 'No such method' });
      else answer(options, asked, { request, response, storageUrl });
    });
  };
}

type Fields = Readonly<Record<string, string | undefined>>;
type Asked = { readonly method: string; readonly fields: Fields };

const REST = /^\/api\/v1\/datasets\/(view|status|list|download)(?:\/([^/]+)\/([^/]+)(?:\/([^/]+))?)?$/u;
const METHODS: Fields = {
  view: 'GetDataset',
  status: 'GetDatasetStatus',
  list: 'ListDatasetFiles',
  download: 'DownloadDataset',
};

function readQuestion({ method, url = '' }: IncomingMessage, body: string): Asked | undefined {
  const { pathname, searchParams } = new URL(url, 'http://api');
  const rpc = /^\/api\/v1\/datasets\.DatasetApiService\/(\w+)$/u.exec(pathname)?.[1];
  if (method === 'POST') return rpc === undefined ? undefined : { method: rpc, fields: readFields(body) };
  return readResource(pathname, Object.fromEntries(searchParams));
}

function readFields(body: string): Fields {
  const given = Object.entries(JSON.parse(body) as Record<string, unknown>);
  return Object.fromEntries(given.map(([name, value]) => [name, String(value)]));
}

function readResource(pathname: string, query: Fields): Asked | undefined {
  const [, verb = '', ownerSlug, datasetSlug, file] = REST.exec(pathname) ?? [];
  const named = METHODS[verb];
  if (named === undefined) return undefined;
  const fields = { ...query, ownerSlug, datasetSlug };
  if (ownerSlug === undefined) return { method: 'ListDatasets', fields };
  return { method: named, fields: file === undefined ? fields : { ...fields, fileName: decodeURIComponent(file) } };
}

type Exchange = { readonly request: IncomingMessage; readonly response: ServerResponse; readonly storageUrl: string };

function answer(options: KaggleServerOptions, { method, fields }: Asked, exchange: Exchange): void {
  const { datasets, pageSize = 20 } = options;
  const { response } = exchange;
  if (method === 'ListDatasets') {
    const found = datasets.filter((dataset) => isFound(dataset, fields));
    sendPage(response, 'datasets', found.map(describe), fields.pageToken, pageSize);
    return;
  }
  const dataset = datasets.find(({ owner, slug }) => owner === fields.ownerSlug && slug === fields.datasetSlug);
  const refusal = dataset === undefined ? 'Dataset not found' : problemWith(dataset, fields, exchange.request);
  if (typeof refusal === 'number') sendJson(response, refusal, { code: refusal, message: 'Permission denied' });
  else if (refusal !== undefined) sendJson(response, 404, { code: '404', message: refusal });
  else answerAbout(dataset!, { method, fields }, exchange, pageSize);
}

/** It knows words as they are written, and no others. */
function isFound({ owner, slug }: ServedDataset, { search, user }: Fields): boolean {
  const words = (search ?? '').toLowerCase().split(/\W+/u);
  return (user ?? owner) === owner && words.some((word) => slug.includes(word));
}

/** A status or a text for 404. */
function problemWith(
  dataset: ServedDataset,
  fields: Fields,
  { headers }: IncomingMessage,
): number | string | undefined {
  const { authorization, versions } = dataset;
  if (authorization !== undefined && headers.authorization !== authorization) {
    return headers.authorization === undefined ? 403 : 401;
  }
  if (fields.fileName !== undefined && dataset.files?.[fields.fileName] === undefined) return 'No such file';
  return Number(fields.datasetVersionNumber ?? 1) > versions.length ? 'No such version' : undefined;
}

function answerAbout(dataset: ServedDataset, { method, fields }: Asked, exchange: Exchange, pageSize: number): void {
  const { response, storageUrl } = exchange;
  if (method === 'GetDataset') sendJson(response, 200, describe(dataset));
  else if (method === 'GetDatasetStatus') sendJson(response, 200, { status: dataset.status ?? 'ready' });
  else if (method === 'ListDatasetFiles') {
    const files = Object.entries(dataset.files ?? {}).map(([name, bytes]) => ({ name, totalBytes: bytes.length }));
    sendPage(response, 'datasetFiles', files, fields.pageToken, pageSize);
  } else {
    const version = fields.datasetVersionNumber ?? dataset.versions.length;
    const stored = fields.fileName?.replace(/\.csv$/u, '.csv.zip');
    const place = [dataset.owner, dataset.slug, version, ...(stored === undefined ? [] : [stored])];
    const [host, query] = storageUrl.split('?');
    const location = `${host!}/${place.map(encodeURIComponent).join('/')}?${query!}`;
    response.writeHead(302, { location, 'content-length': 0 }).end();
  }
}

function describe(dataset: ServedDataset): Record<string, unknown> {
  const {
    owner,
    slug,
    versions,
    title = slug,
    licenseName = 'CC0-1.0',
    lastUpdated = '2026-01-02T03:04:05.123Z',
  } = dataset;
  const all = {
    ref: `${owner}/${slug}`,
    title,
    licenseName,
    totalBytes: dataset.totalBytes ?? versions.at(-1)?.length ?? 0,
    currentVersionNumber: versions.length,
    lastUpdated,
    downloadCount: 7,
    someNewField: { of: 'theirs' },
  };
  return Object.fromEntries(Object.entries(all).filter(([name]) => dataset.without?.includes(name) !== true));
}

function sendPage(response: ServerResponse, name: string, items: readonly unknown[], token = '', size: number): void {
  const start = token === '' ? 0 : Number(token.slice('from-'.length));
  const next = start + size < items.length ? `from-${start + size}` : '';
  sendJson(response, 200, { [name]: items.slice(start, start + size), nextPageToken: next });
}

function sendJson(response: ServerResponse, status: number, value: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(value));
}

function contentAt(datasets: readonly ServedDataset[], pathname: string): Buffer | undefined {
  const [owner, slug, version, ...file] = pathname.slice(1).split('/');
  const dataset = datasets.find((one) => one.owner === owner && one.slug === slug);
  if (file.length === 0) return dataset?.versions[Number(version) - 1];
  const name = file.join('/');
  const packed = name.endsWith('.csv.zip') ? dataset?.files?.[name.slice(0, -'.zip'.length)] : undefined;
  return packed === undefined
    ? dataset?.files?.[name]
    : makeZip([{ path: name.slice(0, -'.zip'.length).split('/').at(-1)!, data: packed, deflate: true }]);
}
