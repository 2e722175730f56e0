import { z } from 'zod';

/** What an unpacking thread is started with; then it is sent one batch of files (`ZipFile[]`) after the other. */
export type UnpackWorkerData = { readonly archive: string; readonly folder: string };

/** What it answers to each batch. */
export const fromUnpackWorker = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('unpacked'),
    files: z.array(z.object({ path: z.string(), bytes: z.int(), sha256: z.string() })),
  }),
  z.object({ kind: z.literal('refused'), message: z.string(), entry: z.string() }),
  z.object({ kind: z.literal('failed'), message: z.string(), code: z.string(), syscall: z.string() }),
]);
export type FromUnpackWorker = z.infer<typeof fromUnpackWorker>;
