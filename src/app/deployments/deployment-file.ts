import { z } from 'zod';
import { OVERLAPS } from '../../core/deployment.ts';
import { CATCH_UPS } from '../../core/schedule.ts';

const parameters = z
  .record(z.string(), z.json(), { error: 'expected parameters of the flow, "key: value" each' })
  .describe('Parameters of the flow');
const name = z
  .string({ error: 'expected a name' })
  .regex(/^[\w][\w.-]*$/u, 'expected a name of letters, digits, ".", "-" and "_"');
const duration = z.string({ error: 'expected a duration like 30m, 6h, 1d or PT6H' });
const time = z.string({ error: 'expected a time like "2026-01-31T02:30", in quotes' });
const count = z.int({ error: 'expected a whole number' });

const schedule = z
  .strictObject(
    {
      name: name.optional().describe('Told in lists; default: its number'),
      cron: z.string({ error: 'expected a cron expression like "30 2 * * *"' }).optional(),
      interval: duration.optional().describe('Every so long: 30m, 6h, 1d, PT6H'),
      rrule: z.string({ error: 'expected a rule like FREQ=DAILY;BYHOUR=2' }).optional().describe('RFC 5545'),
      at: time.optional().describe('Once, ISO 8601'),
      timezone: z.string({ error: 'expected a time zone like Europe/Vienna' }).optional(),
      dayOr: z
        .boolean({ error: 'expected true or false' })
        .optional()
        .describe('cron: either day fits (default), or with false both'),
      anchor: time.optional().describe('Where an interval or a rule begins; default: midnight of 1 January 1970'),
      parameters: parameters.optional(),
      active: z.boolean({ error: 'expected true or false' }).optional(),
    },
    { error: 'expected a schedule like { cron: "30 2 * * *", timezone: Europe/Vienna }' },
  )
  .refine((given) => countOf(given, KINDS_OF_SCHEDULE) === 1, {
    error: 'expected one of cron, interval, rrule and at',
  });

const deployment = z.strictObject(
  {
    flow: z
      .string({ error: 'expected a flow: a built-in one, a name below flows:, or ./FILE.ts:NAME' })
      .describe('A built-in flow, a name below flows:, or ./FILE.ts:NAME'),
    config: z.string({ error: 'expected a file like configs/mnist.yaml' }).optional(),
    parameters: parameters.optional(),
    pool: name.optional().describe('The work pool whose workers run it; default: default'),
    priority: count
      .min(1, 'expected 1 to 1000')
      .max(1_000, 'expected 1 to 1000')
      .optional()
      .describe('1 goes first; default 100'),
    concurrency: count.min(1, 'expected at least 1').optional().describe('Runs of it at once'),
    limits: z.array(name, { error: 'expected names of limits' }).optional().describe('Limits a run holds a slot of'),
    overlap: z.enum(OVERLAPS, { error: `expected ${OVERLAPS.join(', ')}` }).optional(),
    catchup: z.enum(CATCH_UPS, { error: `expected ${CATCH_UPS.join(', ')}` }).optional(),
    maxLateness: duration.optional().describe('What is later is not made up for; default 1d'),
    crashRetries: count.min(0, 'expected 0 to 100').max(100, 'expected 0 to 100').optional(),
    tags: z.array(z.string({ error: 'expected a text' }), { error: 'expected a list of texts' }).optional(),
    schedules: z.array(schedule, { error: 'expected a list of schedules' }).nullish(),
  },
  { error: 'expected a deployment: "flow: NAME" and what else it has' },
);

/** The part of `mlflow-ts.yaml` that is deployed. */
export const deploymentFileSchema = z.strictObject({
  flows: z.unknown().optional().describe('Files with flows, by the name of the flow'),
  experiment: z.unknown().optional().describe('The experiment that flows log to'),
  pools: z
    .record(
      name,
      z
        .strictObject({
          concurrency: count.min(1, 'expected at least 1').optional().describe('Runs at once, over all workers'),
        })
        .nullable(),
      { error: 'expected a list of NAME: { concurrency: 2 }' },
    )
    .nullish()
    .describe('Work pools'),
  limits: z
    .record(name, count.min(1, 'expected at least 1'), { error: 'expected a list of NAME: SLOTS' })
    .nullish()
    .describe('Concurrency limits and their slots'),
  deployments: z
    .record(name, deployment, { error: 'expected a list of NAME: and below it "flow: NAME"' })
    .nullish()
    .describe('What runs by itself'),
});

export type DeclaredSchedule = z.infer<typeof schedule>;
export type DeclaredDeployment = z.infer<typeof deployment>;

/** The keys that may stand at a place of the file. */
export function knownKeys(path: readonly PropertyKey[]): readonly string[] {
  const [top, , part] = path;
  if (path.length === 0) return Object.keys(deploymentFileSchema.shape);
  if (top === 'pools') return ['concurrency'];
  if (top !== 'deployments') return [];
  if (part === undefined) return Object.keys(deployment.shape);
  if (part === 'schedules') return Object.keys(schedule.shape);
  return [];
}

const KINDS_OF_SCHEDULE = ['cron', 'interval', 'rrule', 'at'] as const;

function countOf(given: object, keys: readonly string[]): number {
  return keys.filter((key) => (given as Record<string, unknown>)[key] !== undefined).length;
}
