import type { ChalkInstance } from 'chalk';
import { isSystemMetric } from '../app/system-metrics.ts';
import type { Json } from '../core/json.ts';

/** Facts one below the other, what they are about in front. */
export function factLines(facts: readonly (readonly [about: string, text: string])[], paint: ChalkInstance): string {
  const width = Math.max(...facts.map(([about]) => about.length));
  return facts.map(([about, text]) => `  ${paint.bold(about.padEnd(width))}  ${text}`).join('\n');
}

/** Parameters or metrics in one cell: `learningRate=0.001 filters=16`. */
export function pairsText(values: Readonly<Record<string, Json>>): string {
  return Object.entries(values)
    .map(([key, value]) => `${key}=${typeof value === 'string' ? value : numberText(value)}`)
    .join(' ');
}

/** The metrics of a model in one cell, without those of the machine. */
export function metricsText(metrics: Readonly<Record<string, number>>): string {
  return pairsText(Object.fromEntries(Object.entries(metrics).filter(([key]) => !isSystemMetric(key))));
}

/** A share as people read it: `96.2 %`; `–` when it was not measured. */
export function percentText(share: number | null | undefined): string {
  return share === null || share === undefined ? '–' : `${(share * 100).toFixed(1)} %`;
}

/** A metric; `–` when it was not measured. */
export function metricCell(value: number | null): string {
  return value === null ? '–' : numberText(value);
}

/** Four digits that count: `0.004`, `0.7404`, `365.8`. */
function numberText(value: Json): string {
  if (typeof value !== 'number' || Number.isInteger(value)) return JSON.stringify(value);
  return String(Number(value.toPrecision(4)));
}
