/**
 * Exact two-sided McNemar test of two classifiers on the same samples: the probability, if both are equally good, of a split
 * of the disagreements at least as uneven as the one seen. `onlyFirst` and `onlySecond` count the samples that only the
 * first or only the second got right; samples on which both are right or both wrong say nothing.
 * @see McNemar, Psychometrika 12 (1947) 153; the binomial form is `statsmodels.stats.contingency_tables.mcnemar(exact=True)`.
 */
export function mcnemarExact(onlyFirst: number, onlySecond: number): number {
  const n = onlyFirst + onlySecond;
  return Math.min(1, 2 * fairCoinAtMost(Math.min(onlyFirst, onlySecond), n));
}

/** One-sided exact p: how likely at least `losses` of the disagreements fall on this side if both are equally good. */
export function mcnemarOneSided(losses: number, gains: number): number {
  return fairCoinAtMost(gains, losses + gains);
}

/** P(X ≤ k) for X ~ Binomial(n, ½), summed in whole numbers and divided once, so it is exact to the last bit or so. */
function fairCoinAtMost(k: number, n: number): number {
  let ways = 1n;
  let sum = 1n;
  for (let heads = 1; heads <= k; heads += 1) {
    ways = (ways * BigInt(n - heads + 1)) / BigInt(heads);
    sum += ways;
  }
  const surplusBits = Math.max(0, sum.toString(16).length * 4 - 64);
  return Number(sum >> BigInt(surplusBits)) * 2 ** (surplusBits - n);
}
