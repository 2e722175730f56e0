import { readFile, rm, writeFile } from 'node:fs/promises';
import { z } from 'zod';
import { tryJson } from '../core/json.ts';
import type { Validator } from './http-body.ts';
import { sizeOf } from './size-of.ts';

/** What has come of a file so far, beside the place where it will be: its bytes, and what the server said about them. */
export type PartFile = {
  readonly path: string;
  /** Bytes; 0 when there is nothing. */
  size(): Promise<number>;
  /** What is known of the bytes; undefined when nothing was kept or it is of another address. */
  known(): Promise<Validator | undefined>;
  remember(validator: Validator): Promise<void>;
  forget(): Promise<void>;
  /** Removes what is known, once the part has become the file. */
  close(): Promise<void>;
};

/** The part of the file `to` that comes from `url`. */
export function openPartFile(to: string, url: string): PartFile {
  const path = `${to}.part`;
  const notes = `${to}.part.json`;
  return {
    path,
    size: async () => (await sizeOf(path)) ?? 0,
    known: async () => {
      const text = await readFile(notes, 'utf8').catch(() => '{}');
      const parsed = notesSchema.safeParse(tryJson(text));
      if (!parsed.success || parsed.data.url !== url) return undefined;
      const { etag, modified, md5 } = parsed.data;
      return (etag ?? modified ?? md5) === undefined ? undefined : parsed.data;
    },
    remember: (validator) => writeFile(notes, JSON.stringify({ url, ...validator })),
    forget: async () => {
      await rm(path, { force: true });
      await rm(notes, { force: true });
    },
    close: () => rm(notes, { force: true }),
  };
}

const notesSchema = z.object({
  url: z.string(),
  etag: z.string().exactOptional(),
  modified: z.string().exactOptional(),
  md5: z.string().exactOptional(),
});
