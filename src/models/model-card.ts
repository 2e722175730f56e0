import * as z from 'zod';
import { DataError } from '../core/errors.ts';
import { jsonSchema } from '../registry/json-columns.ts';

const signatureSchema = z.object({
  /** uint8 `[count, height, width, channels]`, 0..255; scaling is inside the model. */
  input: z.object({
    name: z.string(),
    height: z.int().min(1),
    width: z.int().min(1),
    channels: z.union([z.literal(1), z.literal(3)]),
  }),
  /** float32 `[count, classNames.length]`, probabilities. */
  output: z.object({ name: z.string(), classNames: z.array(z.string()).min(1) }),
});

/** The images that a classifier takes and the classes that it tells apart. */
export type ModelSignature = Readonly<z.infer<typeof signatureSchema>>;

const metrics = z.record(z.string(), z.number());

/** `model.json` beside a version's files: what the model takes and gives, and what it was made from. */
export const modelCardSchema = z.object({
  formatVersion: z.literal(1),
  name: z.string(),
  version: z.int().min(1),
  /** ISO 8601, UTC. */
  createdAt: z.iso.datetime(),
  /** Null for files that are no classifier of images, which `registerModel` takes too. */
  signature: signatureSchema.nullable(),
  architecture: z.record(z.string(), jsonSchema),
  /** The feature extractor before the head that was trained; it is in the ONNX file, the TensorFlow.js files are the head. */
  backbone: z.object({ name: z.string(), sha256: z.string(), features: z.int().min(1) }).exactOptional(),
  datasetVersion: z.string().nullable(),
  /** True when the dataset was drawn by a program: such a model knows nothing of real photographs. */
  synthetic: z.boolean(),
  tensorCache: z.string().nullable(),
  trainingRun: z.string().nullable(),
  parameters: z.record(z.string(), jsonSchema),
  metrics,
  engine: z.record(z.string(), jsonSchema),
  codeVersion: z.string(),
  testPredictions: z.object({ samples: z.int().min(0), sha256: z.string() }).nullable(),
  /** Every file of the version but this one, by path from the version's folder. */
  files: z.array(z.object({ path: z.string(), bytes: z.int().min(0), sha256: z.string() })),
});

export type ModelCard = Readonly<z.infer<typeof modelCardSchema>>;

/** What the maker of a model says of it; the rest of the card comes from saving it. */
export type ModelCardContent = Omit<
  ModelCard,
  'formatVersion' | 'name' | 'version' | 'createdAt' | 'testPredictions' | 'files' | 'trainingRun'
>;

/** @throws DataError when the version is no classifier of images. */
export function requireSignature({ name, version, signature }: ModelCard): ModelSignature {
  if (signature !== null) return signature;
  throw new DataError(
    `${name} version ${version} is no image classifier that mlflow-ts can execute: it was registered without a signature. Use its files.`,
  );
}

export const CARD_FILE = 'model.json';
