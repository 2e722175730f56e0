import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Clock } from '../../core/clock.ts';
import { DataError } from '../../core/errors.ts';
import type { Logger, ReportProgress } from '../../core/logger.ts';
import { downloadFile } from '../../storage/download-file.ts';
import { readOnnxModel } from '../onnx/read-model.ts';
import { parseBackboneSpec, type BackboneSpec } from './backbone-spec.ts';
import { checkBackbone } from './check-backbone.ts';
import type { BackboneGraph } from './feature-graph.ts';
import { findBackbone, locateBackboneFile, type BackbonePlaces } from './find-backbone.ts';
import { pinHash } from './pinned-hash.ts';

/** A backbone whose file is here and is the one that was meant. */
export type Backbone = BackboneGraph & {
  readonly spec: BackboneSpec;
  /** Absolute path. */
  readonly file: string;
  readonly sha256: string;
};

export type OpenBackboneOptions = {
  readonly places: BackbonePlaces;
  /** Where hashes of first uses are kept. */
  readonly pinsFolder: string;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly log: Logger;
  readonly progress: ReportProgress;
};

/**
 * Opens a backbone by name or by the path of its YAML: finds or downloads its file, holds it to its SHA-256 and checks that its
 * graph is as described.
 * @throws NotFoundError, ParameterError for the description; DataError for another file than the one meant or one that does not
 * fit; EnvironmentError when it cannot be downloaded.
 */
export async function openBackbone(wanted: string, options: OpenBackboneOptions): Promise<Backbone> {
  const spec = await findBackbone(wanted, options.places);
  const file = await obtainFile(spec, options);
  const backbone = await readBackbone(spec, file);
  if (spec.sha256 === undefined) await pinHash(spec, { path: file, sha256: backbone.sha256 }, options.pinsFolder);
  return backbone;
}

/**
 * Reads a backbone's file and checks it against its description.
 * @throws DataError when it is another file or does not fit.
 */
async function readBackbone(spec: BackboneSpec, file: string): Promise<Backbone> {
  const bytes = await readFile(file);
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  // Before the hash: that it is a web page or a pointer tells more than that its hash is another.
  const model = readOnnxModel(bytes, file);
  if (spec.sha256 !== undefined && sha256 !== spec.sha256) {
    throw new DataError(
      `${file} is not the file that ${spec.path} means: SHA-256 ${spec.sha256} is expected, received ${sha256}. ` +
        'Fetch the file again, or describe yours in a YAML of its own.',
      { details: { expected: spec.sha256, received: sha256 } },
    );
  }
  return { spec, file, sha256, model: checkBackbone(spec, model, file) };
}

/**
 * Reads a backbone by the paths of its YAML and its file.
 * @throws DataError when the file is another than the one with that hash.
 */
export async function readDescribedBackbone(paths: {
  readonly description: string;
  readonly file: string;
  readonly sha256: string;
}): Promise<Backbone> {
  const spec = parseBackboneSpec(await readFile(paths.description, 'utf8'), paths.description);
  return readBackbone({ ...spec, sha256: paths.sha256 }, paths.file);
}

async function obtainFile({ name, path, source, sha256 }: BackboneSpec, options: OpenBackboneOptions): Promise<string> {
  const { places, clock, signal, log, progress } = options;
  if (source.kind === 'file') return locateBackboneFile({ name, path }, source.file, places);
  const hex = sha256 ?? '';
  const to = join(places.filesFolder, `${name}-${hex.slice(0, 12)}.onnx`);
  const present = await sha256Of(to);
  if (present === hex) return to;
  if (present !== undefined) log.warn(`${to} was changed since it was downloaded; it is downloaded again.`);
  log.info(`Downloading backbone ${name} from ${source.url}`);
  await downloadFile({ url: source.url, to, checksum: { algorithm: 'sha256', hex }, clock, signal, log, progress });
  return to;
}

async function sha256Of(path: string): Promise<string | undefined> {
  const bytes = await readFile(path).catch(() => undefined);
  return bytes === undefined ? undefined : createHash('sha256').update(bytes).digest('hex');
}
