/** A file that was unpacked: its path below the folder, parts joined by `/`, and what was written to it. */
export type ExtractedFile = {
  readonly path: string;
  readonly bytes: number;
  /** Lower-case hex. */
  readonly sha256: string;
};
