/** A class as people wrote it into an annotation: without control characters, spaces at its ends and double spaces inside. */
export function cleanClassName(text: string): string {
  return text.replaceAll(/[\p{Cc}\s]+/gu, ' ').trim();
}
