import * as z from 'zod';
import type { TrialRow } from '../../registry/trials.ts';
import type { TrialParameters } from './search-space.ts';

const schema: z.ZodType<TrialParameters> = z.record(z.string(), z.union([z.number(), z.string(), z.boolean()]));

/** A recorded trial's point. */
export function parametersOf(trial: Pick<TrialRow, 'params'>): TrialParameters {
  return schema.parse(trial.params);
}
