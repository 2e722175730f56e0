// Claim: four processes that run flows on one registry, with eight that look on, meet no lock error and lose nothing; a
// writer's p99 wait for a recorded task is at most 1 s, its event loop stalls at most 50 ms (p99) and 250 ms (worst).
// Usage: npm run build && node dist/benchmarks/crowd.js [seconds]
import { runCrowd } from '../tests/helpers/crowd.ts';

const seconds = Number(process.argv[2] ?? 20);
const { writers, reads, recorded } = await runCrowd({ writers: 4, readers: 8, seconds });
for (const writer of writers) {
  console.log(
    `writer: ${writer.taskRuns} tasks, a task ${ms(writer.waitP50Ms)} (median), ${ms(writer.waitP99Ms)} (p99), ${ms(writer.waitWorstMs)} (worst); ` +
      `event loop stalls ${ms(writer.stallP99Ms)} (p99), ${ms(writer.stallWorstMs)} (worst)`,
  );
}
const done = {
  flowRuns: sum(({ flowRuns }) => flowRuns),
  taskRuns: sum(({ taskRuns }) => taskRuns),
  states: sum(({ flowRuns, taskRuns }) => 3 * (flowRuns + taskRuns)),
  logs: sum(({ logs }) => logs),
};
console.log(`readers: ${reads} reads`);
console.log(`done     ${JSON.stringify(done)}`);
console.log(`recorded ${JSON.stringify(recorded)}`);
const holds =
  JSON.stringify(done) === JSON.stringify(recorded) &&
  writers.every((writer) => writer.waitP99Ms <= 1_000 && writer.stallP99Ms <= 50 && writer.stallWorstMs <= 250);
if (!holds) process.exitCode = 1;

function sum(member: (writer: (typeof writers)[number]) => number): number {
  return writers.reduce((all, writer) => all + member(writer), 0);
}

function ms(value: number): string {
  return `${value.toFixed(1)} ms`;
}
