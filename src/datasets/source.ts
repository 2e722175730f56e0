import type { Clock } from '../core/clock.ts';
import type { Annotations } from './boxes/annotated-image.ts';
import type { Logger, ReportProgress } from '../core/logger.ts';

/** What a source says about its dataset before anything is downloaded. */
export type DatasetMetadata = {
  /** The source's address in its normal form: equal addresses name the same place. */
  readonly source: string;
  /** Short name, usable as a file name, e.g. `mnist`. */
  readonly name: string;
  readonly title: string;
  /** Changes if and only if the data at the source changed. */
  readonly upstreamVersion: string;
  /** True when a program drew the images; shown wherever the dataset is. */
  readonly synthetic: boolean;
  readonly licence?: string;
  readonly bytes?: number;
  readonly files?: number;
};

/**
 * What a download left behind: an archive to unpack, or a folder. An `owned` folder is temporary: its owner removes it. Of a
 * detection dataset it is told how its files hold boxes.
 */
export type Download = (
  | { readonly kind: 'archive'; readonly path: string }
  | { readonly kind: 'folder'; readonly path: string; readonly owned: boolean }
) & { readonly annotations?: Annotations };

export type DownloadContext = {
  /** What `describe` said: that version is wanted. */
  readonly metadata: DatasetMetadata;
  /** A folder for parts of downloads that a later try goes on with, of this version alone; it need not exist. */
  readonly keptFolder: string;
  /**
   * The folders of the files of the complete versions on this machine that came from sources of this scheme, the latest first;
   * what is in them must not be changed. Absent: there are none.
   */
  readonly earlier?: () => Promise<readonly string[]>;
  readonly signal: AbortSignal;
  readonly progress: ReportProgress;
  readonly log: Logger;
};

/**
 * Where a dataset comes from. The contract, tested for every source by `tests/contracts/source.ts`:
 * `describe` reads as little as it can, and gives the same `upstreamVersion` until the data changes; `download` writes
 * only below `into` (which exists and is empty) and `keptFolder`, never changes the source itself, and gives the same files each time;
 * both reject with the signal's reason when it is aborted, and with NotFoundError when there is nothing at the address.
 */
export interface Source {
  /** The address in its normal form, as in the metadata; known without reaching the source. */
  readonly address: string;
  describe(signal: AbortSignal): Promise<DatasetMetadata>;
  download(into: string, context: DownloadContext): Promise<Download>;
}

export type SourceContext = {
  readonly clock: Clock;
  /** Relative paths in addresses start here. */
  readonly cwd: string;
  /** Where credentials are looked for. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** Of this program: what it calls itself to servers. */
  readonly version?: string;
};

/** Makes the source for an address `scheme:rest`; one a scheme. Throws ParameterError when `rest` cannot be meant. */
export type SourceOpener = (rest: string, context: SourceContext) => Source | Promise<Source>;
