/** A file in a zip archive, by its directory: all that is needed to unpack it. */
export type ZipFile = {
  readonly path: string;
  /** Of the name as it is in the archive. */
  readonly nameBytes: number;
  readonly method: 'stored' | 'deflated';
  readonly packedBytes: number;
  readonly bytes: number;
  readonly crc32: number;
  /** Where its local header begins. */
  readonly headerAt: number;
};
