import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import type { AppServices } from '../../src/app/services.ts';
import { systemClock } from '../../src/core/clock.ts';
import type { Json } from '../../src/core/json.ts';
import { seededRandom, type SeededRandom } from '../../src/core/seeded-random.ts';
import { reapCrashedRuns } from '../../src/engine/reap-crashed-runs.ts';
import { runCli, startCli, type Ended, type Started } from '../e2e/run-cli.ts';
import { finishedTasks, openJob, rootRun, standsStill } from './inspect-job.ts';
import { MARK } from './marked-processes.ts';
import type { Scenario } from './scenarios.ts';
import { strike, type Kill } from './strike.ts';
import { watchFinished, type FinishedWatch } from './watch-finished.ts';

const FAULTS_CLI = fileURLToPath(new URL('./faults-cli.js', import.meta.url));

/** How a job goes that nobody disturbs. */
export type Undisturbed = { readonly result: Json; readonly tookMs: number; readonly tasks: number };

export type TormentedJob = {
  readonly folder: string;
  readonly kills: readonly Kill[];
  /** How many processes it took. */
  readonly processes: number;
  /** Empty when all held. */
  readonly problems: readonly string[];
};

/** Runs a job to its end in a folder that is removed afterwards. */
export async function runUndisturbed(scenario: Scenario): Promise<Undisturbed> {
  const folder = await newFolder(scenario);
  const start = performance.now();
  const ended = await runCli(runArguments(scenario, folder), { cwd: folder, script: FAULTS_CLI });
  const tookMs = performance.now() - start;
  if (ended.code !== 0) throw new Error(`The undisturbed ${scenario.name} ended with ${ended.code}:\n${ended.stderr}`);
  const services = await openJob(folder);
  const tasks = (await finishedTasks(services)).size;
  await services.registry.close();
  await rm(folder, { recursive: true, force: true });
  return { result: (JSON.parse(ended.stdout) as { result: Json }).result, tookMs, tasks };
}

/**
 * Runs a job, kills its process or one of its children `kills` times at moments drawn from the seed, retries it until it is
 * completed, and looks after every kill, and at the end, whether all holds. The folder stays when it does not.
 */
export async function tormentJob(
  scenario: Scenario,
  options: { readonly seed: string; readonly kills: number; readonly undisturbed: Undisturbed },
): Promise<TormentedJob> {
  const job = await newJob(scenario, options.undisturbed, options.seed);
  const problems: string[] = [];
  let processes = 0;
  for (let next: Step = { kind: 'start', problems: [] }; next.kind !== 'done'; processes += 1) {
    if (processes === MOST_PROCESSES) return { ...job, processes, problems: [`not done after ${processes} processes`] };
    next = await goOn(job, next, options.kills);
    problems.push(...next.problems);
    if (problems.length > 0) break;
  }
  if (problems.length === 0) await rm(job.folder, { recursive: true, force: true });
  return { folder: job.folder, kills: job.kills, processes, problems };
}

const MOST_PROCESSES = 60;

type Job = {
  readonly scenario: Scenario;
  readonly folder: string;
  readonly mark: string;
  readonly random: SeededRandom;
  readonly undisturbed: Undisturbed;
  readonly watch: FinishedWatch;
  readonly kills: Kill[];
};

/** What a process of the job came to: the job is to be started (again), retried, or done. */
type Step =
  | { readonly kind: 'start'; readonly problems: readonly string[] }
  | { readonly kind: 'retry'; readonly id: string; readonly problems: readonly string[] }
  | { readonly kind: 'done'; readonly problems: readonly string[] };

async function newJob(scenario: Scenario, undisturbed: Undisturbed, seed: string): Promise<Job> {
  const folder = await newFolder(scenario);
  const random = seededRandom('torture', seed);
  const watch = watchFinished(scenario, folder);
  return { scenario, folder, mark: `${seed} ${folder}`, random, undisturbed, watch, kills: [] };
}

async function newFolder(scenario: Scenario): Promise<string> {
  const folder = await mkdtemp(path.join(tmpdir(), `torture-${scenario.name}-`));
  await mkdir(path.join(folder, '.mlflow-ts'));
  await scenario.prepare?.(folder);
  return folder;
}

function runArguments({ flow, parameters }: Scenario, folder: string): string[] {
  return ['run', flow, '--json', ...parameters(folder).flatMap((parameter) => ['-p', parameter])];
}

/** Starts a process for the job, kills it or lets it be, and looks at what it left. */
async function goOn(job: Job, step: Step, wanted: number): Promise<Step> {
  const { folder, mark, kills, watch, undisturbed } = job;
  const args = step.kind === 'retry' ? ['runs', 'retry', step.id, '--json'] : runArguments(job.scenario, folder);
  const started = startCli(args, { cwd: folder, script: FAULTS_CLI, env: { [MARK]: mark } });
  const shareLeft = Math.max(0.1, 1 - watch.count() / undisturbed.tasks);
  const kill =
    kills.length < wanted ? await strike(started, { ...job, workMs: undisturbed.tookMs * shareLeft }) : undefined;
  const ended = await inTime(started);
  if (kill !== undefined) kills.push(kill);
  const services = await openJob(folder);
  try {
    const next = await look(job, services);
    const problems = [...(kill?.target === 'flow' ? [] : unexpected(ended, kill)), ...next.problems];
    if (problems.length > 0) problems.push(`its last process said:\n${ended.stderr.slice(-3_000)}`);
    return { ...next, problems };
  } finally {
    await services.registry.close();
  }
}

async function look(job: Job, services: AppServices): Promise<Step> {
  const { folder, mark, watch, scenario, undisturbed, kills } = job;
  await reap(job, services);
  const problems = [...(await standsStill(services, mark)), ...(await watch.look(services))];
  const run = await rootRun(services);
  if (run === undefined) return { kind: 'start', problems };
  if (run.state.kind !== 'Completed') return { kind: 'retry', id: run.id, problems };
  const childKilled = kills.some(({ target }) => target === 'child');
  const done = { folder, services, result: run.result, undisturbed: undisturbed.result, childKilled };
  return { kind: 'done', problems: [...problems, ...(await scenario.verify(done))] };
}

async function inTime({ child, ended }: Started): Promise<Ended> {
  const timer = setTimeout(() => child.kill('SIGABRT'), LIMIT_MS);
  try {
    return await ended;
  } finally {
    clearTimeout(timer);
  }
}

const LIMIT_MS = 180_000;

/** Left alone it must complete; with a child killed under it, it may also fail or have crashed. */
function unexpected({ code }: Ended, kill: Kill | undefined): string[] {
  const accepted = kill === undefined ? [0] : [0, 1, 3];
  return code !== null && accepted.includes(code) ? [] : [`the process ended with ${code ?? 'a signal'}`];
}

/** By a writing command of its own now and then, else by what every writing command calls. */
async function reap({ random, folder }: Job, { registry }: AppServices): Promise<void> {
  if (random.next() < COMMAND_SHARE) {
    await runCli(['runs', 'delete', 'nobody', '--yes'], { cwd: folder, script: FAULTS_CLI });
  } else {
    await reapCrashedRuns(registry.db, { clock: systemClock });
  }
}

const COMMAND_SHARE = 0.15;
