/** Milliseconds UTC as ISO 8601 text. */
export function isoTime(ms: number): string {
  return new Date(ms).toISOString();
}
