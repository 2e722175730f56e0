import type { ChalkInstance } from 'chalk';
import { shortId } from '../core/ids.ts';
import type { Json } from '../core/json.ts';
import { isSuccessful } from '../core/run-state.ts';
import type { RunError, RunState } from '../core/run-state.ts';
import { detectionVersionOf, modelOf, resultFacts } from './result-facts.ts';
import type { Fact, Places } from './result-facts.ts';
import { stateText } from './live/state-text.ts';
import { durationText } from './time-text.ts';

/** A flow run that has ended, as it is summed up. */
export type EndedRun = {
  readonly id: string;
  readonly flow: string;
  readonly name: string;
  readonly state: RunState;
  readonly startedAt: number | null;
  readonly endedAt: number | null;
  readonly result?: Json | undefined;
  readonly error?: RunError | undefined;
  /** The command people usually give after this flow. */
  readonly next?: string | undefined;
};

/** The end of `run` for people: how it ended, what was promoted and why, where things are, what to do next. */
export function runSummary(run: EndedRun, places: Places, paint: ChalkInstance): string {
  const facts = [...resultFacts(run.result, places), ...nextFacts(run)];
  const width = Math.max(...facts.map(({ about }) => about.length));
  const lines = facts.map(({ about, text }) => `  ${paint.bold(about.padEnd(width))}  ${text}`);
  return [headline(run, paint), '', ...lines].join('\n');
}

/** The same as a Markdown section, for the summary page of a CI job. */
export function markdownSummary(run: EndedRun, places: Places): string {
  const mark = isSuccessful(run.state.kind) ? '✅' : '❌';
  const facts = [...resultFacts(run.result, places), ...nextFacts(run)];
  const rows = facts.map(({ about, text }) => `| ${about} | ${text.replaceAll('|', '\\|').replaceAll('\n', ' ')} |`);
  const took = tookText(run);
  return [
    `### ${mark} mlflow-ts ${run.flow}: ${stateText(run.state)}`,
    '',
    `Flow run \`${run.id}\` (${run.name})${took === '' ? '' : `, ${took}`}.`,
    '',
    '| | |',
    '| --- | --- |',
    ...rows,
    '',
    '',
  ].join('\n');
}

function headline(run: EndedRun, paint: ChalkInstance): string {
  const colour = isSuccessful(run.state.kind) ? paint.green : run.state.kind === 'Cancelled' ? paint.yellow : paint.red;
  const took = tookText(run);
  const reason = run.error === undefined ? '' : `\n  ${run.error.name}: ${run.error.message.replaceAll('\n', '\n  ')}`;
  const kind = run.error === undefined ? stateText(run.state) : run.state.kind;
  return `${colour(paint.bold(kind))} ${run.name}${took === '' ? '' : ` ${took}`}${reason}`;
}

function tookText({ startedAt, endedAt }: EndedRun): string {
  return startedAt === null || endedAt === null ? '' : `in ${durationText(endedAt - startedAt)}`;
}

function nextFacts(run: EndedRun): Fact[] {
  const id = shortId(run.id);
  if (!isSuccessful(run.state.kind)) {
    return [
      { about: 'Logs', text: `mlflow-ts runs logs ${id}` },
      { about: 'Again', text: `mlflow-ts runs retry ${id}   (what is finished is kept)` },
    ];
  }
  const model = modelOf(run.result);
  const commands = [
    ...(model === undefined
      ? []
      : [`mlflow-ts predict IMAGE --model ${reference(model)}`, `mlflow-ts models show ${model.name}`]),
    ...nextCommand(run),
    `mlflow-ts runs show ${id}`,
  ];
  return commands.map((text, index) => ({ about: index === 0 ? 'Next' : '', text }));
}

/** What follows a flow; of a detection dataset no tensor cache is made. */
function nextCommand({ next, result }: EndedRun): string[] {
  const detection = detectionVersionOf(result);
  if (detection !== undefined) return [`mlflow-ts data describe ${shortId(detection)}`];
  return next === undefined ? [] : [next];
}

function reference(model: { name: string; version: number; aliases: readonly string[] }): string {
  return model.aliases[0] === undefined ? `${model.name}/${model.version}` : `${model.name}@${model.aliases[0]}`;
}
