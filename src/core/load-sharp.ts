import { createRequire } from 'node:module';
import type Sharp from 'sharp';

/**
 * Loads sharp, which reads and writes pictures, when it is first needed. The package is there twice: as ES modules it takes three
 * times as long to load as as CommonJS, which is half of what a decoding process needs to start.
 */
export function loadSharp(): typeof Sharp {
  return createRequire(import.meta.url)('sharp') as typeof Sharp;
}

/** The same, for processes that are the parallelism themselves: its own threads and cache cost more than they give on single images. */
export function loadSharpForOneThread(): typeof Sharp {
  const sharp = loadSharp();
  sharp.concurrency(1);
  sharp.cache(false);
  return sharp;
}
