import { createHash } from 'node:crypto';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import path from 'node:path';
import { expect, test } from '@jest/globals';
import { systemClock } from '../../../src/core/clock.ts';
import { DataError, EnvironmentError, NotFoundError } from '../../../src/core/errors.ts';
import { downloadFile, type Checksum } from '../../../src/storage/download-file.ts';
import { temporaryFolder } from '../../helpers/dataset-files.ts';
import { untilWritten, withFileServer } from '../../helpers/file-server.ts';

const content = Buffer.from(Array.from({ length: 300_000 }, (_, index) => (index * 7919) % 251));
const checksum = { algorithm: 'sha256', hex: createHash('sha256').update(content).digest('hex') } as const;
const clock = { ...systemClock, sleep: () => Promise.resolve() };

async function download(url: string, to: string, options: { checksum?: Checksum; signal?: AbortSignal } = {}) {
  const warnings: string[] = [];
  const log = {
    debug: () => undefined,
    info: () => undefined,
    error: () => undefined,
    warn: (line: string) => warnings.push(line),
  };
  const progress: number[] = [];
  await downloadFile({
    ...{ url, to, clock, log, signal: new AbortController().signal, ...options },
    progress: ({ done }) => progress.push(done),
  });
  return { warnings, progress };
}

async function target(): Promise<string> {
  return path.join(await temporaryFolder(), 'deep', 'model.onnx');
}

test('brings the whole file and leaves nothing else', async () => {
  await withFileServer(content, {}, async ({ url, ranges }) => {
    const to = await target();
    const { progress } = await download(url, to, { checksum });
    expect((await readFile(to)).equals(content)).toBe(true);
    expect(await readdir(path.dirname(to))).toEqual(['model.onnx']);
    expect(progress.at(-1)).toBe(content.length);
    expect(ranges).toEqual([undefined]);
  });
});

test('takes a connection that breaks up again where it broke', async () => {
  const to = await target();
  const arrivedAt = untilWritten(`${to}.part`);
  await withFileServer(content, { cutAfter: [100_000, 50_000, 0, 20_000], arrivedAt }, async ({ url, ranges }) => {
    const { warnings } = await download(url, to, { checksum });
    expect((await readFile(to)).equals(content)).toBe(true);
    expect(warnings).toHaveLength(4);
    expect(ranges.slice(1).every((range) => /^bytes=[1-9]\d*-$/.test(range ?? ''))).toBe(true);
  });
});

test('goes on after what an earlier try left', async () => {
  const to = await target();
  await withFileServer(
    content,
    { cutAfter: [200_000, 0, 0, 0, 0, 0, 0], arrivedAt: untilWritten(`${to}.part`) },
    async ({ url }) => {
      await expect(download(url, to, { checksum })).rejects.toThrow(EnvironmentError);
    },
  );
  await withFileServer(content, {}, async ({ url, ranges }) => {
    await download(url, to, { checksum });
    expect(ranges[0]).toMatch(/^bytes=[1-9]/);
    expect((await readFile(to)).equals(content)).toBe(true);
  });
});

test('starts over when the server does not do ranges, and when it has another file by now', async () => {
  for (const options of [{ ignoresRange: true }, { etag: ['"one"', '"two"'] }]) {
    const to = await target();
    const arrivedAt = untilWritten(`${to}.part`);
    await withFileServer(content, { cutAfter: [100_000], arrivedAt, ...options }, async ({ url, statuses }) => {
      await download(url, to);
      expect(statuses).toEqual([200, 200]);
      expect((await readFile(to)).equals(content)).toBe(true);
    });
  }
});

test('starts over without a checksum when the server tells no version of the file', async () => {
  const to = await target();
  const arrivedAt = untilWritten(`${to}.part`);
  await withFileServer(content, { cutAfter: [100_000], arrivedAt, etag: [] }, async ({ url, ranges }) => {
    await download(url, to);
    expect(ranges).toEqual([undefined, undefined]);
    expect((await readFile(to)).equals(content)).toBe(true);
  });
});

test('removes a file with another checksum and names both', async () => {
  await withFileServer(content.subarray(1), {}, async ({ url }) => {
    const to = await target();
    const failed = download(url, to, { checksum });
    await expect(failed).rejects.toThrow(DataError);
    await expect(failed).rejects.toThrow(`must be ${checksum.hex}, received`);
    expect(await readdir(path.dirname(to))).toEqual([]);
  });
});

test('starts over when what is there is longer than the file', async () => {
  await withFileServer(content, {}, async ({ url, statuses }) => {
    const to = path.join(await temporaryFolder(), 'a');
    await writeFile(`${to}.part`, Buffer.alloc(content.length + 5));
    await download(url, to, { checksum });
    expect(statuses).toEqual([416, 200]);
  });
});

test('says who cannot be reached, and what a server refuses', async () => {
  const address = await withFileServer(content, {}, ({ url }) => Promise.resolve(url));
  const to = await target();
  await expect(download(address, to)).rejects.toThrow(EnvironmentError);
  await expect(download(address, to)).rejects.toThrow('cannot be reached (nobody listens there)');
  const answer = (status: number) => (_: IncomingMessage, response: ServerResponse) => response.writeHead(status).end();
  await withFileServer(content, { answer: answer(404) }, async ({ url }) => {
    await expect(download(url, to)).rejects.toThrow(NotFoundError);
  });
  await withFileServer(content, { answer: answer(403) }, async ({ url }) => {
    await expect(download(url, to)).rejects.toThrow('whether it wants a login');
  });
  await withFileServer(content, { answer: answer(503) }, async ({ url, statuses }) => {
    await expect(download(url, to)).rejects.toThrow('answered 503');
    expect(statuses).toHaveLength(4);
  });
});

test('stops when told to, and keeps what came', async () => {
  const stop = new AbortController();
  const to = await target();
  const arrivedAt = untilWritten(`${to}.part`);
  await withFileServer(content, { cutAfter: [100_000], arrivedAt }, async ({ url }) => {
    const aborting = { ...clock, sleep: () => Promise.resolve().then(() => stop.abort(new Error('enough'))) };
    const log = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };
    const stopped = downloadFile({ url, to, clock: aborting, log, signal: stop.signal, progress: () => undefined });
    await expect(stopped).rejects.toThrow('enough');
    expect(await readdir(path.dirname(to))).toEqual(['model.onnx.part', 'model.onnx.part.json']);
  });
});
