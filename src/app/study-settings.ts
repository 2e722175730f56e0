import { z } from 'zod';
import type { StudyRow } from '../registry/studies.ts';
import { ENGINE_PREFERENCES } from '../training/engines/training-engine.ts';

/** What all trials of a study share. */
const studySettingsSchema = z.strictObject({
  architecture: z.string(),
  epochs: z.int().min(1),
  trainShare: z.number().gt(0).max(1),
  engine: z.enum(ENGINE_PREFERENCES),
});

export type StudySettings = Readonly<z.infer<typeof studySettingsSchema>>;

/** The settings of a study, as they were recorded when it was opened. */
export function studySettings(study: StudyRow): StudySettings {
  return studySettingsSchema.parse(study.settings);
}
