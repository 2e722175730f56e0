/** Whether more of a metric is better; less is for a loss, an error and for seconds. */
export type Better = 'more' | 'less';

/** Told by the metric's name. */
export function betterOf(key: string): Better {
  return /loss|error|^seconds$/i.test(key) ? 'less' : 'more';
}

/** The best of values; null without any. */
export function bestOf(values: readonly number[], better: Better): number | null {
  if (values.length === 0) return null;
  return values.reduce((best, value) => ((better === 'more' ? value > best : value < best) ? value : best));
}
