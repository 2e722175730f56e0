import { hashJson } from '../../core/json.ts';

export type ParameterValue = number | string | boolean;

/** One point of a search space: a value for each of its dimensions that counts. */
export type TrialParameters = Readonly<Record<string, ParameterValue>>;

/** When a dimension counts: each parameter named here counts itself and has one of these values. */
export type Condition = Readonly<Record<string, readonly ParameterValue[]>>;

/** One thing that varies. `low` and `high` are included; `log` spaces and draws values evenly in their logarithm. */
export type Dimension =
  | {
      readonly kind: 'float';
      readonly name: string;
      readonly low: number;
      readonly high: number;
      readonly log: boolean;
      /** Distance between neighbouring values; absent: any value between the bounds. */
      readonly step?: number;
      /** How many values, evenly spaced from bound to bound; absent: any value. */
      readonly steps?: number;
      /** Absent: always. */
      readonly when?: Condition;
    }
  | {
      readonly kind: 'int';
      readonly name: string;
      readonly low: number;
      readonly high: number;
      readonly log: boolean;
      readonly step?: number;
      readonly steps?: number;
      readonly when?: Condition;
    }
  | {
      readonly kind: 'choice';
      readonly name: string;
      readonly choices: readonly ParameterValue[];
      readonly when?: Condition;
    };

/**
 * What a study searches. The order of the dimensions is the declared one, but what a condition names stands before what it
 * decides; a grid varies the last one fastest.
 */
export type SearchSpace = { readonly dimensions: readonly Dimension[] };

/** Names a space: two spaces with the same dimensions have the same fingerprint, in whatever order they are declared. */
export function spaceFingerprint(space: SearchSpace): string {
  return hashJson(Object.fromEntries(space.dimensions.map((dimension) => [dimension.name, { ...dimension }])));
}

/** Names a point: sorted keys, and numbers by value (`1` and `1.0`, `-0` and `0` are the same), so equal points are found. */
export function configHash(parameters: TrialParameters): string {
  const normalised = Object.entries(parameters).map(([name, value]) => [name, value === 0 ? 0 : value] as const);
  return hashJson(Object.fromEntries(normalised));
}
