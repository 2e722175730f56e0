import type { HeadActivation } from '../../head.ts';
import type { Loss, LossName } from '../../losses/loss.ts';
import type { Value } from '../graph-builder.ts';
import type { Operators } from '../operators.ts';

/** One loss: of each row `[N]`, and the gradient of each row's loss to its logits `[N, units]`. */
export type LossForm<Name extends LossName> = (
  ops: Operators,
  rows: LossRows,
  loss: Extract<Loss, { readonly name: Name }>,
) => RowLosses;
export type RowLosses = { readonly perRow: Value; readonly gradient: Value };

export type LossRows = {
  /** What goes into the head, `[N, units]`. */
  readonly logits: Value;
  /** What should come out of it, float32 `[N, units]`. */
  readonly targets: Value;
  readonly units: number;
  readonly head: HeadActivation;
};
