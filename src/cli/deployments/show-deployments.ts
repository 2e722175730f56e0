import {
  deploymentDetails,
  deploymentsWithDetails,
  type DeploymentDetails,
} from '../../app/deployments/deployments.ts';
import { scheduleText } from '../../app/deployments/schedule-text.ts';
import type { AppServices } from '../../app/services.ts';
import { factLines } from '../cell-text.ts';
import type { Output } from '../output.ts';
import { tableText } from '../table.ts';
import { durationText, inText, isoTime } from '../time-text.ts';

/** `deployments ls` */
export async function printDeployments(services: AppServices, output: Output): Promise<void> {
  const found = await deploymentsWithDetails(services);
  if (output.json) {
    output.printJson(found.map(detailsJson));
    return;
  }
  if (found.length === 0) {
    output.remark('Nothing is deployed yet. Declare deployments in mlflow-ts.yaml, then: mlflow-ts deploy --all');
    return;
  }
  const now = services.clock.now();
  output.print(
    tableText(found, [
      { heading: 'deployment', cell: ({ deployment }) => output.paint.bold(deployment.name) },
      { heading: 'flow', cell: ({ deployment }) => deployment.flowName },
      { heading: 'pool', cell: ({ deployment }) => deployment.pool },
      { heading: 'next', cell: (each) => nextText(each, now) },
      { heading: 'when', cell: whenText },
    ]),
  );
}

/** `deployments show` */
export async function printDeployment(services: AppServices, name: string, output: Output): Promise<void> {
  const found = await deploymentDetails(services, name);
  if (output.json) {
    output.printJson(detailsJson(found));
    return;
  }
  output.print(`${output.paint.bold(name)}\n${factLines(factsOf(found, services.clock.now()), output.paint)}`);
  const parameters = Object.entries(found.deployment.spec.parameters);
  if (parameters.length === 0) return;
  const lines = parameters.map(([key, value]): [string, string] => [key, JSON.stringify(value)]);
  output.print(`\nParameters\n${factLines(lines, output.paint)}`);
}

function factsOf(details: DeploymentDetails, now: number): [string, string][] {
  const { deployment, schedules } = details;
  const { spec, pausedAt } = deployment;
  const { concurrency, limits, overlap, catchUp, maxLatenessMs, crashRetries, priority, tags } = spec;
  return [
    ['Flow', deployment.entrypoint ?? deployment.flowName],
    ['State', pausedAt === null ? 'active' : `paused since ${isoTime(pausedAt) ?? ''}`],
    ['Pool', `${deployment.pool}, priority ${priority}`],
    ...schedules.map((row): [string, string] => [
      'Schedule',
      `${row.name}: ${scheduleText(row.schedule)}${row.pausedAt === null ? '' : ' (not active)'}`,
    ]),
    ['Next', nextText(details, now)],
    ['Overlap', `${overlap}${concurrency === undefined ? '' : `, at most ${concurrency} at once`}`],
    ['Missed', `${catchUp}, up to ${durationText(maxLatenessMs)} late`],
    ['Crashes', crashRetries === 0 ? 'not retried' : `retried ${crashRetries} times`],
    ...(limits.length === 0 ? [] : [['Limits', limits.join(', ')] as [string, string]]),
    ...(tags.length === 0 ? [] : [['Tags', tags.join(', ')] as [string, string]]),
    ['Declared', deployment.declaredIn ?? '–'],
  ];
}

function nextText({ deployment, nextRunAt }: DeploymentDetails, now: number): string {
  if (deployment.pausedAt !== null) return 'paused';
  return nextRunAt === null ? '–' : inText(nextRunAt, now);
}

function whenText({ schedules }: DeploymentDetails): string {
  const texts = schedules.map(({ schedule }) => scheduleText(schedule));
  return texts.length === 0 ? 'by hand' : texts.join('; ');
}

function detailsJson({ deployment, schedules, nextRunAt }: DeploymentDetails): object {
  const { id, name, flowName, entrypoint, pool, spec, declaredIn, pausedAt, createdAt, updatedAt } = deployment;
  return {
    ...{ id, name, flow: flowName, entrypoint, pool, ...spec, declaredIn },
    ...{ pausedAt: isoTime(pausedAt), createdAt: isoTime(createdAt), updatedAt: isoTime(updatedAt) },
    nextRunAt: isoTime(nextRunAt),
    schedules: schedules.map((row) => ({
      ...{ name: row.name, schedule: row.schedule, parameters: row.parameters },
      ...{ active: row.pausedAt === null, nextRunAt: isoTime(row.nextRunAt) },
    })),
  };
}
