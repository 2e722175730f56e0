// Claim: after 60 trials TPE has a lower median regret than random draws on at least 4 of 5 standard objectives, over 30 seeds.
// Usage: npm run build && node dist/benchmarks/tpe-against-random.js [seeds]
import { randomSampler } from '../src/training/search/samplers/random-sampler.ts';
import { tpeSampler } from '../src/training/search/samplers/tpe-sampler.ts';
import { median, OBJECTIVES, regret } from '../tests/helpers/search-objectives.ts';

const TRIALS = 60;
const seeds = Array.from({ length: Number(process.argv[2] ?? 30) }, (_, seed) => seed);

const start = performance.now();
let better = 0;
for (const objective of OBJECTIVES) {
  const tpe = median(seeds.map((seed) => regret(objective, tpeSampler({ seed, directions: ['minimize'] }), TRIALS)));
  const random = median(seeds.map((seed) => regret(objective, randomSampler(seed), TRIALS)));
  if (tpe < random) better += 1;
  console.log(
    `${objective.name}: ${tpe.toPrecision(3)} against ${random.toPrecision(3)}, ${(tpe / random).toFixed(2)} ×`,
  );
}
const perSuggestion = (performance.now() - start) / (seeds.length * OBJECTIVES.length * TRIALS);
console.log(
  `TPE is nearer on ${better} of ${OBJECTIVES.length}; ${perSuggestion.toFixed(2)} ms a suggestion, both together`,
);
process.exitCode = better >= 4 ? 0 : 1;
