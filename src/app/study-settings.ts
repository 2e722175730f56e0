import { z } from 'zod';
import { featureReferenceSchema } from './feature-reference.ts';
import { initialModelSchema } from './initial-model.ts';
import type { StudyRow } from '../registry/studies.ts';
import { ENGINE_PREFERENCES } from '../training/engines/training-engine.ts';
import { prunerSettingsSchema } from '../training/search/pruners/catalogue.ts';

/** What all trials of a study share. */
const studySettingsSchema = z.strictObject({
  architecture: z.string(),
  epochs: z.int().min(1),
  trainShare: z.number().gt(0).max(1),
  /** Absent: trials learn from the images themselves. */
  features: featureReferenceSchema.exactOptional(),
  /** Absent: trials begin with random weights. */
  initialModel: initialModelSchema.exactOptional(),
  engine: z.enum(ENGINE_PREFERENCES),
  /** Parameters of training that are the same for every trial; absent: none. */
  training: z.record(z.string(), z.json()).exactOptional(),
  /** Absent: none. */
  pruner: prunerSettingsSchema.exactOptional(),
});

export type StudySettings = Readonly<z.infer<typeof studySettingsSchema>>;

/** The settings of a study, as they were recorded when it was opened. */
export function studySettings(study: StudyRow): StudySettings {
  return studySettingsSchema.parse(study.settings);
}

/** The pruner of a study, also where its settings are of another making. */
export function prunerName({ settings }: StudyRow): string {
  return z.looseObject({ pruner: z.looseObject({ name: z.string() }) }).safeParse(settings).data?.pruner.name ?? 'none';
}
