import { mkdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, test } from '@jest/globals';
import { systemClock } from '../../src/core/clock.ts';
import { NotFoundError } from '../../src/core/errors.ts';
import type { DatasetVersion } from '../../src/datasets/dataset-version.ts';
import type { DownloadContext, Source } from '../../src/datasets/source.ts';
import { openSource } from '../../src/datasets/sources/open-source.ts';
import { unpackDownload } from '../../src/datasets/unpack-download.ts';
import { createDatasetVersion } from '../../src/datasets/version/create-dataset-version.ts';
import { listFiles, quietContext, temporaryFolder } from '../helpers/dataset-files.ts';

export type SourceCase = {
  /** Makes data at a new place below `cwd` and gives its address. */
  prepare(cwd: string): Promise<string>;
  /** Changes the data, or gives another address whose data differs. */
  change(cwd: string, address: string): Promise<string>;
  /** An address of the same scheme at which there is nothing; absent when there is always something. */
  readonly missing?: string;
  /** Where the source looks for addresses and credentials. */
  readonly env?: () => Readonly<Record<string, string>>;
  /** What a version made of the prepared data looks like. */
  readonly expected: Partial<DatasetVersion>;
};

/** What every source owes: run by each implementation's own test file. */
export function sourceContract(source: SourceCase): void {
  const open = (address: string, cwd: string) =>
    openSource(address, { clock: systemClock, cwd, ...(source.env === undefined ? {} : { env: source.env() }) });
  const { signal } = quietContext();

  async function prepared() {
    const cwd = await temporaryFolder();
    const address = await source.prepare(cwd);
    return { cwd, address, opened: await open(address, cwd) };
  }

  /** For a download that ends before it has begun. */
  async function unwanted(opened: Source): Promise<Pick<DownloadContext, 'metadata' | 'keptFolder'>> {
    const metadata = { source: opened.address, name: 'x', title: 'x', upstreamVersion: '1', synthetic: false };
    return { metadata, keptFolder: path.join(await temporaryFolder(), 'kept') };
  }

  async function collect(address: string, cwd: string, dataDir: string) {
    const context = quietContext();
    const opened = await open(address, cwd);
    const metadata = await opened.describe(signal);
    const work = await temporaryFolder();
    const into = path.join(work, 'download');
    await mkdir(into);
    const unpacked = await unpackDownload(
      await opened.download(into, { ...context, metadata, keptFolder: path.join(work, 'kept') }),
      work,
      context,
    );
    return createDatasetVersion({ ...context, ...unpacked, dataDir, metadata });
  }

  test('describes itself the same until the data changes', async () => {
    const { cwd, address, opened } = await prepared();
    const first = await opened.describe(signal);
    expect(await (await open(address, cwd)).describe(signal)).toEqual(first);
    expect(first.name).toMatch(/^[a-z0-9_-]+$/);
    const changed = await source.change(cwd, address);
    const second = await (await open(changed, cwd)).describe(signal);
    expect(second.upstreamVersion).not.toBe(first.upstreamVersion);
  });

  test('its normal address means the same from any folder', async () => {
    const { opened } = await prepared();
    const metadata = await opened.describe(signal);
    expect(opened.address).toBe(metadata.source);
    expect(await (await open(metadata.source, '/')).describe(signal)).toEqual(metadata);
  });

  test('downloads twice the same version and leaves the data as it was', async () => {
    const { cwd, address } = await prepared();
    const before = await contents(cwd);
    const dataDir = await temporaryFolder();
    const first = await collect(address, cwd, dataDir);
    expect(first).toMatchObject(source.expected);
    expect(await collect(address, cwd, dataDir)).toEqual(first);
    expect(await contents(cwd)).toEqual(before);
  });

  test('stops with the reason when it is cancelled', async () => {
    const { opened } = await prepared();
    const cancelled = {
      ...quietContext(),
      ...(await unwanted(opened)),
      signal: AbortSignal.abort(new Error('enough')),
    };
    await expect(opened.describe(cancelled.signal)).rejects.toThrow('enough');
    await expect(opened.download(await temporaryFolder(), cancelled)).rejects.toThrow('enough');
  });

  const { missing } = source;
  if (missing === undefined) return;
  test('says that there is nothing where there is nothing', async () => {
    const cwd = await temporaryFolder();
    const opened = await open(missing, cwd);
    await expect(opened.describe(signal)).rejects.toThrow(NotFoundError);
    await expect(
      opened.download(await temporaryFolder(), { ...quietContext(), ...(await unwanted(opened)) }),
    ).rejects.toThrow(NotFoundError);
  });
}

async function contents(folder: string): Promise<Record<string, string>> {
  const names = await listFiles(folder);
  const files = await Promise.all(names.map((name) => readFile(path.join(folder, name), 'base64')));
  return Object.fromEntries(names.map((name, at) => [name, files[at]!]));
}
