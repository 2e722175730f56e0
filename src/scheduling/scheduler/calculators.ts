import type { ScheduleId } from '../../core/ids.ts';
import type { ScheduleRow } from '../../registry/schedules.ts';
import type { Calculator } from '../schedules/calculator.ts';
import { openSchedule } from '../schedules/open-schedule.ts';

/** The calculators of schedules, opened when they are first asked for and kept until their schedule is another. */
export class Calculators {
  readonly #opened = new Map<ScheduleId, { readonly of: string; readonly calculator: Calculator }>();

  /** @throws ParameterError when the schedule can no longer be meant: a time zone that is gone. */
  async of({ id, schedule }: Pick<ScheduleRow, 'id' | 'schedule'>): Promise<Calculator> {
    const text = JSON.stringify(schedule);
    const known = this.#opened.get(id);
    if (known?.of === text) return known.calculator;
    const calculator = await openSchedule(schedule);
    this.#opened.set(id, { of: text, calculator });
    return calculator;
  }
}
