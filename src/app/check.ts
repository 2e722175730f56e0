/** One thing `doctor` looked at. `broken` keeps mlflow-ts from working, `warning` only from working well. */
export type Check = {
  readonly name: string;
  readonly status: 'ok' | 'warning' | 'broken';
  readonly found: string;
  /** What to do about it. */
  readonly remedy?: string;
};
