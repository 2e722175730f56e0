import { bytesText } from './live/progress-text.ts';

/** `1 flow run`, `1,204 flow runs`. */
export function countText(count: number, what: string): string {
  return `${count.toLocaleString('en-US')} ${what}${count === 1 ? '' : 's'}`;
}

/** Bytes as people read them. */
export function amountText(bytes: number): string {
  return bytesText(bytes);
}
