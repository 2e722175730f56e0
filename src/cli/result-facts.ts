import { z } from 'zod';
import type { Json } from '../core/json.ts';
import { shortId } from '../core/ids.ts';
import { annotationProblemSchema, problemText } from '../datasets/boxes/annotation-problems.ts';

/** One line of a summary: what it is about and what it says. */
export type Fact = { readonly about: string; readonly text: string };

/** Where the files that results name are, and what is known of the data they come from. */
export type Places = {
  readonly dataDir: string;
  readonly modelsDir: string;
  readonly dataset?: { readonly name: string; readonly synthetic: boolean } | undefined;
};

/** What a flow's result tells people, in the order of the loop: data, tensor cache, study, model, promotion. */
export function resultFacts(result: Json | undefined, places: Places): Fact[] {
  return [
    ...promotionFacts(result),
    ...modelFacts(result, places),
    ...studyFacts(result),
    ...tensorCacheFacts(result, places),
    ...datasetFacts(result, places),
  ];
}

/** The registered model that a result is about, for the next command. */
export function modelOf(result: Json | undefined): { name: string; version: number; aliases: string[] } | undefined {
  return registration.safeParse(result).data?.model;
}

function promotionFacts(result: Json | undefined): Fact[] {
  const found = registration.safeParse(result).data;
  if (found === undefined) return [];
  const { model, promotion } = found;
  const text =
    promotion.decision === 'promoted'
      ? `${model.name} version ${model.version} is now the champion: ${promotion.reason}`
      : `${model.name} version ${model.version} is saved, not promoted: ${promotion.reason}`;
  return [{ about: promotion.decision === 'promoted' ? 'Promoted' : 'Kept', text }];
}

/** The id of the dataset version that a registration names. */
export function datasetVersionOf(result: Json | undefined): string | undefined {
  const found = registration.safeParse(result).data?.datasetVersion;
  return typeof found === 'string' ? found : undefined;
}

/** The id of the detection dataset that was collected. */
export function detectionVersionOf(result: Json | undefined): string | undefined {
  const found = datasetVersion.safeParse(result).data;
  return found?.boxes === undefined ? undefined : found.id;
}

function modelFacts(result: Json | undefined, { modelsDir, dataset }: Places): Fact[] {
  const found = registration.safeParse(result).data;
  if (found === undefined) return [];
  const metrics = Object.entries(found.metrics).flatMap(([name, value]) =>
    typeof value === 'number' ? [`${name} ${metricText(value)}`] : [],
  );
  return [
    ...(metrics.length === 0 ? [] : [{ about: 'Metrics', text: metrics.join(' · ') }]),
    { about: 'Model', text: `${modelsDir}/${found.model.name}/${found.model.version}` },
    ...(found.study === undefined ? [] : [{ about: 'Study', text: nameText(found.study) }]),
    ...(found.datasetVersion === undefined
      ? []
      : [{ about: 'Data', text: dataText(nameText(found.datasetVersion), dataset) }]),
  ];
}

function studyFacts(result: Json | undefined): Fact[] {
  const found = searchResult.safeParse(result).data;
  if (found === undefined) return [];
  const { study, best } = found;
  const trials = `${study.complete} of ${study.trials} trials complete${study.pruned > 0 ? `, ${study.pruned} pruned` : ''}${study.failed > 0 ? `, ${study.failed} failed` : ''}`;
  const facts = [{ about: 'Study', text: `${study.name} (${shortId(study.id)}): ${trials}` }];
  if (best === null || best === undefined) return facts;
  const params = Object.entries(best.params).map(([name, value]) => `${name}=${JSON.stringify(value)}`);
  return [
    ...facts,
    { about: 'Best', text: `trial ${JSON.stringify(best.trial)}: ${metricText(best.value)} with ${params.join(' ')}` },
  ];
}

function tensorCacheFacts(result: Json | undefined, { dataDir }: Places): Fact[] {
  const found = tensorCache.safeParse(result).data;
  if (found === undefined) return [];
  const splits = Object.entries(found.splits).map(([split, count]) => `${split} ${count}`);
  const broken = found.broken?.length ?? 0;
  return [
    {
      about: 'Tensor cache',
      text: `${shortId(found.id)}: ${splits.join(' · ')}${broken > 0 ? ` · broken ${broken}` : ''}`,
    },
    { about: 'Files', text: `${dataDir}/${found.path}` },
  ];
}

function datasetFacts(result: Json | undefined, { dataDir }: Places): Fact[] {
  const found = datasetVersion.safeParse(result).data;
  if (found === undefined) return [];
  return [
    {
      about: 'Data',
      text: `${dataText(shortId(found.id), found)}: ${contentText(found)}`,
    },
    ...(found.annotationProblems ?? []).map((problem, at) => ({
      about: at === 0 ? 'Annotations' : '',
      text: problemText(problem),
    })),
    { about: 'Files', text: `${dataDir}/${found.path}` },
  ];
}

function contentText({ samples, classNames, boxes }: z.infer<typeof datasetVersion>): string {
  const classes = `${classNames.length} ${classNames.length === 1 ? 'class' : 'classes'}`;
  return boxes === undefined
    ? `${samples} samples of ${classes}`
    : `${samples} images with ${boxes} boxes of ${classes}`;
}

/** Four digits, but none for whole numbers. */
export function metricText(value: number): string {
  return Number.isInteger(value) ? String(value) : value.toFixed(4);
}

function dataText(id: string, dataset: Places['dataset']): string {
  if (dataset === undefined) return id;
  return `${dataset.name} ${id}${dataset.synthetic ? ' (synthetic: drawn by a program, not photographed)' : ''}`;
}

function nameText(value: Json): string {
  if (typeof value === 'string') return shortId(value);
  const named = z.looseObject({ name: z.string().optional(), id: z.string().optional() }).safeParse(value).data;
  const parts = [named?.name, named?.id === undefined ? undefined : shortId(named.id)].filter(
    (part) => part !== undefined,
  );
  return parts.length === 0 ? JSON.stringify(value) : parts.join(' ');
}

const json = z.json() as z.ZodType<Json>;
const registration = z.looseObject({
  model: z.looseObject({ name: z.string(), version: z.number(), aliases: z.array(z.string()) }),
  metrics: z.record(z.string(), json),
  promotion: z.looseObject({ decision: z.string(), reason: z.string() }),
  study: json.optional(),
  datasetVersion: json.optional(),
});
const searchResult = z.looseObject({
  study: z.looseObject({
    id: z.string(),
    name: z.string(),
    trials: z.number(),
    complete: z.number(),
    pruned: z.number().default(0),
    failed: z.number(),
  }),
  best: z.looseObject({ trial: json, params: z.record(z.string(), json), value: z.number() }).nullish(),
});
const tensorCache = z.looseObject({
  id: z.string(),
  path: z.string(),
  splits: z.record(z.string(), z.number()),
  broken: z.array(json).optional(),
});
const datasetVersion = z.looseObject({
  id: z.string(),
  name: z.string(),
  path: z.string(),
  samples: z.number(),
  classNames: z.array(z.string()),
  synthetic: z.boolean(),
  boxes: z.number().optional(),
  annotationProblems: z.array(annotationProblemSchema).optional(),
});
