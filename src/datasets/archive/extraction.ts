import type { FileHandle } from 'node:fs/promises';
import type { ReportProgress } from '../../core/logger.ts';
import type { ExtractLimits } from './entry-rules.ts';

/** What the reader of a format is asked to do: unpack `file`, called `archive` in messages, below `folder`, which is empty. */
export type Extraction = {
  readonly file: FileHandle;
  readonly archive: string;
  readonly folder: string;
  readonly limits: ExtractLimits;
  readonly signal: AbortSignal;
  readonly progress: ReportProgress;
};
