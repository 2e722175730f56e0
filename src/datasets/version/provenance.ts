import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import { writeJsonAtomic } from '../../storage/atomic-write.ts';
import { annotationProblemSchema, type AnnotationProblem } from '../boxes/annotation-problems.ts';
import type { DatasetMetadata } from '../source.ts';

const provenanceSchema = z.object({
  name: z.string(),
  title: z.string(),
  synthetic: z.boolean(),
  licence: z.string().exactOptional(),
  /** Every place and upstream version that gave exactly these files, the latest last. */
  origins: z.array(
    z.object({
      source: z.string(),
      upstreamVersion: z.string(),
      /** Of a detection dataset, what was wrong there. */
      annotationProblems: z.array(annotationProblemSchema).exactOptional(),
    }),
  ),
});

/** Where a version's files came from: beside the manifest, because the same files may come from several places. */
export type Provenance = z.infer<typeof provenanceSchema>;

/** Reads a version's provenance; undefined when there is none. */
export async function readProvenance(versionFolder: string): Promise<Provenance | undefined> {
  const text = await readFile(path.join(versionFolder, FILE_NAME), 'utf8').catch(() => undefined);
  return text === undefined ? undefined : provenanceSchema.parse(JSON.parse(text));
}

/** Adds the place that metadata names, as the latest. */
export async function addOrigin(
  versionFolder: string,
  metadata: DatasetMetadata,
  annotationProblems: readonly AnnotationProblem[] = [],
): Promise<void> {
  const known = await readProvenance(versionFolder);
  const { source, upstreamVersion } = metadata;
  const problems = annotationProblems.length === 0 ? {} : { annotationProblems: [...annotationProblems] };
  const others = (known?.origins ?? []).filter(
    (origin) => origin.source !== source || origin.upstreamVersion !== upstreamVersion,
  );
  const provenance: Provenance = {
    ...(known ?? describe(metadata)),
    origins: [...others, { source, upstreamVersion, ...problems }],
  };
  await writeJsonAtomic(path.join(versionFolder, FILE_NAME), provenance);
}

const FILE_NAME = 'provenance.json';

function describe({ name, title, synthetic, licence }: DatasetMetadata): Omit<Provenance, 'origins'> {
  return { name, title, synthetic, ...(licence === undefined ? {} : { licence }) };
}
