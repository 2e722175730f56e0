import type { ProgressSeen } from './run-view.ts';
import { durationText } from '../time-text.ts';

/** A bar of `width` cells: `━━━━━─────`; without a total there is nothing to draw. */
export function progressBar({ last }: ProgressSeen, width: number): string {
  if (last.total === undefined || last.total <= 0) return '';
  const share = Math.min(Math.max(last.done / last.total, 0), 1);
  const full = Math.floor(share * width);
  return '━'.repeat(full) + '─'.repeat(width - full);
}

/** How far, how fast, how long still: `62 % 1,240/2,000 images · 812 images/s · 1s left`. */
export function progressText(progress: ProgressSeen): string {
  return [amountText(progress), ...paceTexts(progress)].join(' · ');
}

function amountText({ last: { done, total, unit } }: ProgressSeen): string {
  if (total === undefined || total <= 0) return countText(done, unit);
  const percent = Math.floor(Math.min(done / total, 1) * 100);
  return unit === 'bytes'
    ? `${percent} % ${bytesText(done)} of ${bytesText(total)}`
    : `${percent} % ${numberText(done)}/${numberText(total)} ${unit}`;
}

/** Nothing until there is something to measure: two reports at different times. */
function paceTexts({ first, last, at }: ProgressSeen): string[] {
  const perSecond = ((last.done - first.done) / (at - first.at)) * 1_000;
  if (!Number.isFinite(perSecond) || perSecond <= 0) return [];
  const pace = `${last.unit === 'bytes' ? bytesText(perSecond) : `${numberText(perSecond)} ${last.unit}`}/s`;
  const left = (last.total ?? last.done) - last.done;
  return left > 0 ? [pace, `${durationText(Math.ceil(left / perSecond) * 1_000)} left`] : [pace];
}

function countText(done: number, unit: string): string {
  return unit === 'bytes' ? bytesText(done) : `${numberText(done)} ${unit}`;
}

/** Bytes in decimal units, as disks and networks count: `3.2 MB`. */
export function bytesText(bytes: number): string {
  const power = bytes < 1_000 ? 0 : Math.min(Math.floor(Math.log10(bytes) / 3), UNITS.length - 1);
  const value = bytes / 1_000 ** power;
  return `${value < 10 && power > 0 ? value.toFixed(1) : value.toFixed(0)} ${UNITS[power]!}`;
}

function numberText(value: number): string {
  return value >= 10 || Number.isInteger(value) ? Math.round(value).toLocaleString('en-US') : value.toFixed(1);
}

const UNITS = ['B', 'kB', 'MB', 'GB', 'TB'];
