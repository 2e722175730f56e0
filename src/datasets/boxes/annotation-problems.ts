import { z } from 'zod';
import type { Logger } from '../../core/logger.ts';

/** What can be wrong with annotations, and what is done about it. */
export const ANNOTATION_PROBLEMS = {
  'no-extent': 'boxes left out, without width or height',
  outside: 'boxes left out, wholly outside their image',
  'not-numbers': 'boxes left out, without four numbers',
  'no-class': 'boxes left out, without a class',
  'unknown-category': 'boxes left out, of a category that their file does not define',
  'unknown-image': 'boxes left out, of an image that their file does not define',
  duplicate: 'boxes left out, the same as another of their image',
  clipped: 'boxes cut at the edge of their image',
  'no-image': 'annotated images left out, because there is no such file',
  'ambiguous-image': 'annotated images left out, because several files fit',
  'wrong-size': 'images left out, because they were annotated at another size',
  'no-size': 'images left out, because their size is neither annotated nor can it be read',
  unreadable: 'images left out, because their annotation cannot be read',
  'no-annotation': 'images without an annotation, taken as background',
  'not-listed': 'images that no image set lists: they belong to no split',
  'set-conflict': 'images in several sets: test goes before validation, validation before train',
  'unknown-entry': 'entries of image sets that name no image, passed over',
  'unread-file': '.json files passed over, because they are no annotations',
  unused: 'images that no annotation file names, not taken',
} as const;
/** A name of what can be wrong with annotations. */
export type AnnotationProblemKind = keyof typeof ANNOTATION_PROBLEMS;

/** How often something was wrong, with the first files where it was. */
export type AnnotationProblem = {
  readonly kind: AnnotationProblemKind;
  readonly count: number;
  readonly examples: readonly string[];
};

/** Of what was written down. */
export const annotationProblemSchema = z.object({
  kind: z.enum(Object.keys(ANNOTATION_PROBLEMS) as AnnotationProblemKind[]),
  count: z.int(),
  examples: z.array(z.string()).readonly(),
});

/** Counts what is wrong while annotations are read. */
export type ProblemTally = {
  add(kind: AnnotationProblemKind, example: string): void;
  /** In the order of `ANNOTATION_PROBLEMS`. */
  list(): AnnotationProblem[];
};

/** Nothing counted yet. */
export function tallyProblems(): ProblemTally {
  const tally = new Map<AnnotationProblemKind, { count: number; examples: string[] }>();
  return {
    add: (kind, example) => {
      const known = tally.get(kind) ?? { count: 0, examples: [] };
      tally.set(kind, known);
      known.count += 1;
      if (known.examples.length < MOST_EXAMPLES) known.examples.push(printable(example));
    },
    list: () =>
      (Object.keys(ANNOTATION_PROBLEMS) as AnnotationProblemKind[]).flatMap((kind) => {
        const found = tally.get(kind);
        return found === undefined ? [] : [{ kind, ...found }];
      }),
  };
}

const MOST_EXAMPLES = 5;
const MOST_LETTERS = 300;

/** Names come from files that anybody may have written. */
function printable(text: string): string {
  const clean = text.replaceAll(/\p{Cc}/gu, '\ufffd');
  return clean.length > MOST_LETTERS ? `${clean.slice(0, MOST_LETTERS)}…` : clean;
}

/** For example `boxes left out, without width or height: 2 – Annotations/a.xml (cat), Annotations/b.xml (dog)`. */
export function problemText({ kind, count, examples }: AnnotationProblem): string {
  const more = count > examples.length ? ', …' : '';
  return `${ANNOTATION_PROBLEMS[kind]}: ${count.toLocaleString('en-US')} – ${examples.join(', ')}${more}`;
}

/** What is no mistake is told without alarm. */
export function tellProblems(problems: readonly AnnotationProblem[], log: Logger): void {
  for (const problem of problems) {
    if (HARMLESS.includes(problem.kind)) log.info(problemText(problem));
    else log.warn(problemText(problem));
  }
}

const HARMLESS: readonly AnnotationProblemKind[] = ['clipped', 'no-annotation', 'not-listed', 'unused'];
