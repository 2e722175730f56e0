/** Calculates when a schedule is due; it reads no clock and holds no state. */
export interface Calculator {
  /** The first time later than `time`, in milliseconds UTC; undefined when there is none any more. */
  after(time: number): number | undefined;
}
