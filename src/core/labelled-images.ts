/** Decoded images with their classes. `images` is uint8 `[count, height, width, channels]`, 0..255, row-major; labels index class names. */
export type LabelledImages = {
  readonly images: Uint8Array;
  readonly labels: Int32Array;
  readonly count: number;
  readonly height: number;
  readonly width: number;
  readonly channels: number;
};
