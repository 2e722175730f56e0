/** Something on the disk that nobody needs. */
export type Garbage = {
  readonly kind: GarbageKind;
  /** Absolute. */
  readonly path: string;
  /** What removing it gives back. */
  readonly bytes: number;
  readonly why: string;
};

export const GARBAGE_KINDS = [
  'stored file',
  'object',
  'tensor cache',
  'feature cache',
  'download',
  'work folder',
  'checkpoint',
  'temporary file',
  'model folder',
] as const;
export type GarbageKind = (typeof GARBAGE_KINDS)[number];
