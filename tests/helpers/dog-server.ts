import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { answerStorage, type StorageFault } from './kaggle-storage.ts';

/** Images by breed, `hound-afghan` of a sub-breed, and file name. */
export type ServedDogs = Record<string, Record<string, Buffer>>;

/** What the server does to a request instead of answering as it should. */
export type DogFault = StorageFault | Page;

type Page = {
  readonly kind: 'page';
  readonly status: number;
  readonly body: string;
  readonly type?: string;
};

export type DogServerOptions = {
  readonly dogs: ServedDogs;
  /** By path, one a request of it, in their order; then it is answered as it should. */
  readonly faults?: Readonly<Record<string, readonly DogFault[]>>;
  /** Listed and not there. */
  readonly gone?: readonly string[];
  /** How long an image takes. */
  readonly imageMs?: number;
};

export type DogServer = {
  /** The environment of a client. */
  readonly env: Readonly<Record<string, string>>;
  /** Paths of questions, and of images, in their order. */
  readonly asked: string[];
  readonly images: string[];
  readonly agents: Set<string | undefined>;
  /** The most images that were under way at once. */
  readonly mostAtOnce: () => number;
};

/** A server like the Dog API on loopback, with its images; for as long as the body runs. */
export async function withDogServer<Result>(
  options: DogServerOptions,
  body: (server: DogServer) => Promise<Result>,
): Promise<Result> {
  const server = await startDogServer(options);
  try {
    return await body(server);
  } finally {
    await server.close();
  }
}

/** As `withDogServer`, until it is closed. */
export async function startDogServer(options: DogServerOptions): Promise<DogServer & { close(): Promise<void> }> {
  const asked: string[] = [];
  const images: string[] = [];
  const agents = new Set<string | undefined>();
  const turns = new Map<string, number>();
  let atOnce = 0;
  let most = 0;
  const server = createServer((request, response) => {
    const pathname = decodeURIComponent(new URL(request.url ?? '', 'http://dogs').pathname);
    const isImage = pathname.startsWith('/img/');
    const path = pathname.replace(/^\/(?:img\/breeds|api)\//u, '');
    (isImage ? images : asked).push(path);
    agents.add(request.headers['user-agent']);
    if (isImage) most = Math.max(most, ++atOnce);
    response.on('close', () => (atOnce -= isImage ? 1 : 0));
    const turn = turns.get(path) ?? 0;
    turns.set(path, turn + 1);
    reply(options, { path, isImage, fault: options.faults?.[path]?.[turn] }, request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const env = { DOG_API_ENDPOINT: `http://127.0.0.1:${port}/api` };
  const close = async (): Promise<void> => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  };
  return { env, asked, images, agents, mostAtOnce: () => most, close };
}

type Asked = { readonly path: string; readonly isImage: boolean; readonly fault: DogFault | undefined };

function reply(
  options: DogServerOptions,
  { path, isImage, fault }: Asked,
  request: IncomingMessage,
  response: ServerResponse,
): void {
  if (fault?.kind === 'page') {
    response.writeHead(fault.status, { 'content-type': fault.type ?? 'text/html' }).end(fault.body);
  } else if (isImage || fault !== undefined) {
    const wanted = { content: contentAt(options, path), fault, expired: new Set<string>(), signature: '' };
    setTimeout(() => void answerStorage(wanted, request, response), options.imageMs ?? 0);
  } else answer(options.dogs, path, `http://${request.headers.host!}/img/breeds`, response);
}

function answer(dogs: ServedDogs, path: string, imagesAt: string, response: ServerResponse): void {
  const [route, main, sub] = /^breed\/([^/]+)(?:\/([^/]+))?\/images$/u.exec(path) ?? [];
  const subs = (breed: string) =>
    Object.keys(dogs).flatMap((label) => (label.startsWith(`${breed}-`) ? [label.slice(breed.length + 1)] : []));
  const mains = [...new Set(Object.keys(dogs).map((label) => label.split('-')[0]!))];
  if (path === 'breeds/list/all') {
    sendJson(response, 200, {
      message: Object.fromEntries(mains.map((breed) => [breed, subs(breed)])),
      status: 'success',
    });
  } else if (route === undefined) {
    sendJson(response, 404, { status: 'error', message: `No route found for "GET /${path}"`, code: 404 });
  } else if (!mains.includes(main!)) refuse(response, 'main breed does not exist');
  else if (sub !== undefined && !subs(main!).includes(sub)) refuse(response, 'sub breed does not exist');
  else {
    const wanted = sub === undefined ? main! : `${main!}-${sub}`;
    const labels = Object.keys(dogs).filter((label) => label === wanted || label.startsWith(`${wanted}-`));
    const urls = labels.flatMap((label) => Object.keys(dogs[label]!).map((name) => `${imagesAt}/${label}/${name}`));
    sendJson(response, 200, { message: urls, status: 'success' });
  }
}

function refuse(response: ServerResponse, why: string): void {
  sendJson(response, 404, { status: 'error', message: `Breed not found (${why})`, code: 404 });
}

function sendJson(response: ServerResponse, status: number, value: unknown): void {
  const head = { 'content-type': 'application/json', 'cache-control': 's-maxage=21600, max-age=1800' };
  response.writeHead(status, head).end(JSON.stringify(value));
}

function contentAt({ dogs, gone = [] }: DogServerOptions, path: string): Buffer | undefined {
  const [label = '', name = ''] = path.split('/');
  return gone.includes(path) ? undefined : dogs[label]?.[name];
}
