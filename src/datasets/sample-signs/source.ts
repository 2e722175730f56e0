import path from 'node:path';
import { mkdir } from 'node:fs/promises';
import type { Source, SourceOpener } from '../source.ts';
import { LETTERS } from './poses.ts';
import { parseSampleSigns, sampleSignsAddress, type SampleSignsOptions } from './sample-options.ts';
import { writeSigns } from './write-signs.ts';

/** `sample:signs[?seed=7&perClass=100]`: hand signs that are drawn on the spot, without network or disk to read from. */
export const openSampleSource: SourceOpener = (rest) => sampleSignsSource(parseSampleSigns(rest));

/** The source that draws: its version changes with the options and with the pictures the generator makes of them. */
export function sampleSignsSource(options: SampleSignsOptions): Source {
  const { seed, perClass } = options;
  return {
    address: sampleSignsAddress(options),
    describe: async (signal) => {
      signal.throwIfAborted();
      return Promise.resolve({
        source: sampleSignsAddress(options),
        name: 'sample-signs',
        title: 'Sample hand signs A to Z (synthetic: drawn by a program, not photographs)',
        upstreamVersion: `sample-signs-${GENERATOR_VERSION}-seed-${seed}-per-class-${perClass}`,
        synthetic: true,
        licence: 'Apache-2.0',
        files: LETTERS.length * (perClass + 1) + 1,
      });
    },
    download: async (into, context) => {
      const folder = path.join(into, 'sample-signs');
      await mkdir(folder, { recursive: true });
      await writeSigns(folder, options, context);
      return { kind: 'folder', path: folder, owned: true };
    },
  };
}

/** Raise it with every change that changes a pixel or a file. */
const GENERATOR_VERSION = 1;
