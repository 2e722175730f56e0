import { shortId } from '../core/ids.ts';
import type { DatasetVersionRow } from '../registry/dataset-versions.ts';
import type { StudyRow } from '../registry/studies.ts';
import type { ModelEvaluation } from './tasks/evaluate-model.ts';

/** What `register` and `pipeline` return. */
export type Registration = {
  readonly datasetVersion: string;
  readonly study: string;
  readonly model: { readonly name: string; readonly version: number; readonly aliases: readonly string[] };
  readonly metrics: Readonly<Record<string, number>>;
  readonly promotion: { readonly decision: 'promoted' | 'kept'; readonly reason: string };
};

type Background = {
  readonly study: StudyRow;
  readonly dataset: DatasetVersionRow | undefined;
  readonly evaluation: ModelEvaluation;
  readonly path: string;
};

const WEAKEST_SHOWN = 5;

/** A page about a registered version for people: decision, figures, weakest classes, where it comes from. */
export function registrationMarkdown(registration: Registration, background: Background): string {
  const { model, promotion } = registration;
  const { dataset, evaluation, study, path } = background;
  const aliases = model.aliases.length > 0 ? ` (${model.aliases.join(', ')})` : '';
  const lines = [
    `# ${model.name} version ${model.version}${aliases}`,
    '',
    `**${promotion.decision === 'promoted' ? 'Promoted' : 'Not promoted'}**: ${promotion.reason}.`,
    '',
    ...(dataset?.synthetic === true
      ? ['> The dataset is synthetic: a program drew its images. The figures say nothing of photographs.', '']
      : []),
    '| metric | value |',
    '| --- | ---: |',
    ...Object.entries(registration.metrics).map(([name, value]) => `| ${name} | ${value.toFixed(4)} |`),
    '',
    `Weakest classes of the test split (${evaluation.samples.test} images):`,
    '',
    '| class | precision | recall | F1 | images |',
    '| --- | ---: | ---: | ---: | ---: |',
    ...weakestClasses(evaluation),
    '',
    `- dataset: ${dataset?.name ?? 'unknown'}, version ${shortId(study.datasetVersionId)}`,
    `- study: ${study.name}`,
    `- files: ${path}`,
  ];
  return `${lines.join('\n')}\n`;
}

function weakestClasses({ perClass }: ModelEvaluation): string[] {
  return perClass
    .toSorted((left, right) => left.f1 - right.f1)
    .slice(0, WEAKEST_SHOWN)
    .map(
      ({ className, precision, recall, f1, support }) =>
        `| ${className} | ${precision.toFixed(3)} | ${recall.toFixed(3)} | ${f1.toFixed(3)} | ${support} |`,
    );
}
