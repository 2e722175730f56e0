import { access, readFile, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { ConflictError, NotFoundError, UsageError } from '../core/errors.ts';
import { exportFiles, exportModel as exportWhole } from '../models/export-model.ts';
import { findModelVersion, type FoundModelVersion } from '../models/find-model-version.ts';
import { writeFileAtomic } from '../storage/atomic-write.ts';
import { convertOpset, EXPORT_OPSETS, type ExportOpset } from '../training/onnx/convert-opset.ts';
import { LAYERS_FOLDER, ONNX_FILE } from '../training/model-file-names.ts';
import type { AppServices } from './services.ts';

export const EXPORT_FORMATS = ['onnx', 'tfjs'] as const;
export type ExportFormat = (typeof EXPORT_FORMATS)[number];

export type ExportOptions = {
  /** One file or folder for other tools; absent: everything of the version. */
  readonly format?: ExportFormat | undefined;
  /** Of ONNX; absent: the file's own. */
  readonly opset?: ExportOpset | undefined;
  readonly force?: boolean;
};

export type ExportedModel = {
  readonly name: string;
  readonly version: number;
  /** Absolute. */
  readonly path: string;
  readonly files: number;
};

/**
 * Copies a version (`signs` is its champion) out of the project: all of it to a folder or a zip file, as one ONNX file, or as
 * the folder that TensorFlow.js loads. A target that is a folder gets the ONNX file under the version's name.
 * @throws NotFoundError, also when the version has no such form; UsageError; DataError; TrainingError when the ONNX file cannot
 * be said in the operator set; EnvironmentError; ConflictError when the target is taken and `force` not set.
 */
export async function exportModel(
  { registry, project, cwd }: AppServices,
  reference: string,
  target: string | undefined,
  options: ExportOptions = {},
): Promise<ExportedModel> {
  const { format, opset, force = false } = options;
  if (opset !== undefined && format !== 'onnx') throw new UsageError('--opset goes with --format onnx.');
  const found = await findModelVersion(registry.db, project.modelsDir, reference);
  const { modelName: name, version } = found.row;
  const final = resolve(cwd, target ?? defaultTarget(name, version, format));
  return { name, version, ...(await exportAs(found, final, { format, opset, force })) };
}

/** @throws UsageError when it is none of the operator sets that can be written. */
export function parseOpset(text: string): ExportOpset {
  const opset = EXPORT_OPSETS.find((known) => String(known) === text);
  if (opset !== undefined) return opset;
  throw new UsageError(`--opset is ${EXPORT_OPSETS.join(' or ')}, received "${text}".`);
}

function defaultTarget(name: string, version: number, format: ExportFormat | undefined): string {
  if (format === undefined) throw new UsageError('Name a folder or a .zip file to export to.');
  return format === 'onnx' ? onnxName(name, version) : `${name}-${version}-tfjs`;
}

function onnxName(name: string, version: number): string {
  return `${name}-${version}.onnx`;
}

async function exportAs(
  found: FoundModelVersion,
  final: string,
  { format, opset, force = false }: ExportOptions,
): Promise<{ readonly path: string; readonly files: number }> {
  switch (format) {
    case undefined:
      return exportWhole(found, final, { force });
    case 'tfjs': {
      requireWholeLayers(found);
      const folder = await presentFile(found, LAYERS_FOLDER, 'in a form that TensorFlow.js loads');
      return exportFiles(folder, ['model.json', 'weights.bin'], final, { force });
    }
    case 'onnx': {
      const file = await presentFile(found, ONNX_FILE, 'as ONNX: a layer of it has no ONNX form');
      const bytes = convertOpset(await readFile(file), file, opset);
      const path = await freeFile(final, onnxName(found.row.modelName, found.row.version), force);
      await writeFileAtomic(path, bytes);
      return { path, files: 1 };
    }
  }
}

/** The TensorFlow.js files of a model on a backbone are its head, which predicts nothing without the features. */
function requireWholeLayers({ row, card: { backbone } }: FoundModelVersion): void {
  if (backbone === undefined) return;
  throw new NotFoundError(
    `${row.modelName} version ${row.version} is not there in a form that TensorFlow.js loads: it is a head on the features of ` +
      `backbone ${backbone.name}, which is an ONNX graph. Export both as one file with --format onnx, for onnxruntime-web too.`,
  );
}

async function presentFile({ folder, row }: FoundModelVersion, name: string, form: string): Promise<string> {
  const path = join(folder, name);
  const present = await access(path).then(
    () => true,
    () => false,
  );
  if (present) return path;
  throw new NotFoundError(
    `${row.modelName} version ${row.version} is not there ${form}. ${name} is not among its files.`,
  );
}

/** The target itself, or a file of that name in it when it is a folder. */
async function freeFile(target: string, name: string, force: boolean): Promise<string> {
  const found = await stat(target).catch(() => undefined);
  if (found?.isDirectory() === true) return freeFile(join(target, name), '', force);
  if (found === undefined || force) return target;
  throw new ConflictError(`${target} exists already. Choose another target, or add --force to replace it.`);
}
