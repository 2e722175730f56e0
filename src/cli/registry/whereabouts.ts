import type { Output } from '../output.ts';

/** What the commands about the registry's file work with. */
export type Whereabouts = {
  /** The project's registry. */
  readonly path: string;
  /** The file that was named, absolute; the project's registry when none was. */
  readonly file: string;
  readonly output: Output;
};
