import { stat } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';

export type FileServerOptions = {
  /** After how many bytes the connection of each reply is cut; replies after those are whole. */
  readonly cutAfter?: readonly number[];
  /** Waits, before a cut, until the client has that many bytes of the file: what it has not read yet a cut takes from it. */
  readonly arrivedAt?: (bytes: number) => Promise<void>;
  /** The tag of each reply, the last one for the rest; none: the server tells no version. */
  readonly etag?: readonly string[];
  readonly ignoresRange?: boolean;
  readonly answer?: (request: IncomingMessage, response: ServerResponse) => void;
};

export type FileServer = {
  readonly url: string;
  /** What each request asked for, and how it was answered. */
  readonly ranges: (string | undefined)[];
  readonly statuses: number[];
};

/** An HTTP server on loopback with one file, for as long as the body runs. It knows ranges as RFC 9110 has them. */
export async function withFileServer<Result>(
  content: Uint8Array,
  options: FileServerOptions,
  body: (server: FileServer) => Promise<Result>,
): Promise<Result> {
  const ranges: (string | undefined)[] = [];
  const statuses: number[] = [];
  const server = createServer((request, response) => {
    const turn = ranges.push(request.headers.range) - 1;
    response.on('close', () => statuses.push(response.statusCode));
    if (options.answer === undefined) void serve(content, options, turn, request, response);
    else options.answer(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  try {
    return await body({ url: `http://127.0.0.1:${port}/model.onnx`, ranges, statuses });
  } finally {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
}

async function serve(
  content: Uint8Array,
  { cutAfter = [], arrivedAt, etag = ['"one"'], ignoresRange = false }: FileServerOptions,
  turn: number,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const tag = etag[Math.min(turn, etag.length - 1)];
  const start = ignoresRange ? 0 : wantedStart(request, tag);
  if (start > content.length - 1) {
    response.writeHead(416, { 'content-range': `bytes */${content.length}` }).end();
    return;
  }
  const rest = content.subarray(start);
  const head: Record<string, string | number> = { 'content-length': rest.length };
  if (tag !== undefined) head.etag = tag;
  if (start > 0) head['content-range'] = `bytes ${start}-${content.length - 1}/${content.length}`;
  response.writeHead(start === 0 ? 200 : 206, head);
  const cut = cutAfter[turn];
  if (cut === undefined) response.end(rest);
  else await sendAndBreak(response, rest.subarray(0, cut), () => arrivedAt?.(start + cut));
}

/** Sends so much, waits until it has arrived, and breaks the connection. */
async function sendAndBreak(
  response: ServerResponse,
  part: Uint8Array,
  arrived: () => Promise<void> | undefined,
): Promise<void> {
  response.flushHeaders();
  await new Promise((resolve) => response.write(part, resolve));
  if (part.length > 0) await arrived();
  response.destroy();
}

function wantedStart({ headers }: IncomingMessage, tag: string | undefined): number {
  const condition = headers['if-range'];
  if (condition !== undefined && condition !== tag) return 0;
  return Number(/^bytes=(\d+)-$/.exec(headers.range ?? '')?.[1] ?? 0);
}

/** For `arrivedAt`: looks at the file that a download writes to. */
export function untilWritten(file: string): (bytes: number) => Promise<void> {
  return async (bytes) => {
    for (;;) {
      const size = await stat(file).then(
        (found) => found.size,
        () => 0,
      );
      if (size >= bytes) return;
      await delay(5);
    }
  };
}
