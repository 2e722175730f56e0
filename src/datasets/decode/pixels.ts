/** Decoded pixels: uint8 `[height, width, channels]`, row-major; one channel is grey, three are red, green, blue. */
export type Pixels = {
  readonly data: Uint8Array;
  readonly height: number;
  readonly width: number;
  readonly channels: 1 | 3;
};

export type ImageShape = { readonly height: number; readonly width: number; readonly channels: 1 | 3 };
