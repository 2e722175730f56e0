import { diffFlowRuns, type ComparedTask } from '../../app/diff-flow-runs.ts';
import type { AppServices } from '../../app/services.ts';
import { comparisonText, rowsOf } from '../comparison-text.ts';
import type { Output } from '../output.ts';
import { tableText } from '../table.ts';
import { durationText } from '../time-text.ts';

/** `runs diff` */
export async function printDiff(
  services: AppServices,
  runs: { readonly first: string; readonly second: string },
  { all }: { readonly all: boolean },
  output: Output,
): Promise<void> {
  const diff = await diffFlowRuns(services, runs.first, runs.second);
  if (output.json) {
    output.printJson({ ...diff, flowRuns: diff.flowRuns.map(({ flowName: flow, ...run }) => ({ ...run, flow })) });
    return;
  }
  const rows = [
    ...rowsOf('', diff.facts, all),
    ...rowsOf('parameter', diff.parameters, all),
    ...rowsOf('result', diff.result, all),
  ];
  const [first, second] = diff.flowRuns.map(({ name }) => name) as [string, string];
  if (rows.length === 0) output.remark(`${first} and ${second} do not differ but in time. See all with --all.`);
  else output.print(comparisonText([first, second], rows));
  if (diff.tasks.length > 0) output.print(`\n${tasksText(diff.tasks, first, second)}`);
}

function tasksText(tasks: readonly ComparedTask[], first: string, second: string): string {
  return tableText(tasks, [
    { heading: 'task', cell: ({ flow, task }) => `${flow} / ${task}` },
    { heading: first, named: true, align: 'right', cell: (task) => timeCell(task, 0) },
    { heading: second, named: true, align: 'right', cell: (task) => timeCell(task, 1) },
    { heading: 'ratio', align: 'right', cell: ({ ratio }) => (ratio === null ? '–' : `${ratio.toFixed(2)} ×`) },
  ]);
}

/** The time, how many task runs it is made of, and a state other than Completed. */
function timeCell({ tookMs, taskRuns, states }: ComparedTask, at: 0 | 1): string {
  const took = tookMs[at];
  if (states[at] === null) return '–';
  const parts = [
    ...(states[at] === 'Completed' ? [] : [states[at]]),
    ...(took === null ? [] : [durationText(took)]),
    ...(taskRuns[at] > 1 ? [`(${taskRuns[at]})`] : []),
  ];
  return parts.join(' ');
}
