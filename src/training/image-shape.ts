/** What a model takes: pixels, channels last. */
export type ImageShape = { readonly height: number; readonly width: number; readonly channels: number };

/** How many bytes one uint8 image of this shape has. */
export function bytesPerImage({ height, width, channels }: ImageShape): number {
  return height * width * channels;
}

/** As people write it: `64×64×3`. */
export function describeShape({ height, width, channels }: ImageShape): string {
  return describeSizes([height, width, channels]);
}

/** The same for a row of any rank. */
export function describeSizes(sizes: readonly number[]): string {
  return sizes.join('×');
}
