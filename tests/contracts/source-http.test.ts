import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createHash } from 'node:crypto';
import path from 'node:path';
import { afterAll, describe, expect, test } from '@jest/globals';
import { systemClock } from '../../src/core/clock.ts';
import { DataError, ParameterError } from '../../src/core/errors.ts';
import { openSource } from '../../src/datasets/sources/open-source.ts';
import { makePng, quietContext, temporaryFolder } from '../helpers/dataset-files.ts';
import { makeTar } from '../helpers/make-tar.ts';
import { sourceContract } from './source.ts';

const files = new Map<string, Buffer>();
const server = createServer((request, response) => {
  const content = files.get(request.url ?? '');
  if (content === undefined) response.writeHead(404).end();
  else if (request.headers.range === 'bytes=0-0') {
    const head = { etag: tagOf(content), 'content-range': `bytes 0-0/${content.length}` };
    response.writeHead(206, head).end(content.subarray(0, 1));
  } else response.writeHead(200, { etag: tagOf(content), 'content-length': content.length }).end(content);
});
await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
afterAll(() => new Promise((resolve) => server.close(resolve)));
const root = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

function tagOf(content: Buffer): string {
  return `"${createHash('md5').update(content).digest('hex')}"`;
}

async function makeArchive(perClass: number): Promise<Buffer> {
  const entries = [];
  for (const name of ['a', 'b']) {
    for (let at = 0; at < perClass; at += 1) {
      entries.push({ path: `${name}/${at}.png`, data: await makePng(at + name.charCodeAt(0)) });
    }
  }
  return makeTar(entries, { gzip: true });
}

async function publish(perClass: number, place = `/${files.size}/Hand%20signs.tar.gz`): Promise<string> {
  files.set(place, await makeArchive(perClass));
  return `${root}${place}`;
}

sourceContract({
  prepare: () => publish(2),
  change: async (_cwd, address) => publish(3, new URL(address).pathname),
  missing: `${root}/nowhere.zip`,
  expected: { name: 'hand-signs', layout: 'image-folders', classNames: ['a', 'b'], samples: 4 },
});

describe('with a checksum', () => {
  const checksum = async (perClass: number) =>
    `#sha256=${createHash('sha256')
      .update(await makeArchive(perClass))
      .digest('hex')
      .toUpperCase()}`;

  sourceContract({
    prepare: async () => `${await publish(2)}${await checksum(2)}`,
    change: async (_cwd, address) => `${await publish(3, new URL(address).pathname)}${await checksum(3)}`,
    missing: `${root}/nowhere.zip#md5=${'0'.repeat(32)}`,
    expected: { name: 'hand-signs', samples: 4 },
  });

  test('a file with another one is refused', async () => {
    const address = `${await publish(1)}#sha256=${'0'.repeat(64)}`;
    const opened = await openSource(address, { clock: systemClock, cwd: '/' });
    const context = quietContext();
    const metadata = await opened.describe(context.signal);
    const keptFolder = path.join(await temporaryFolder(), 'kept');
    const download = opened.download(await temporaryFolder(), { ...context, metadata, keptFolder });
    await expect(download).rejects.toThrow(DataError);
  });
});

test.each([
  ['https://example.org/', 'is not the address of a file'],
  ['https:signs.zip#', 'is not the address of a file'],
  ['https://me:secret@example.org/a.zip', 'Leave them out'],
  ['https://example.org/a.zip#sha256=abc', 'expected #sha256= with 64'],
  ['https://example.org/a.zip#part', 'expected #sha256= with 64'],
])('refuses the address %s', async (address, reason) => {
  const opened = openSource(address, { clock: systemClock, cwd: '/' });
  await expect(opened).rejects.toThrow(ParameterError);
  await expect(opened).rejects.toThrow(reason);
});
