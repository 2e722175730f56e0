/**
 * Why an optional package cannot be used, in half a sentence: it is not installed, or what loading it came to, without the paths that
 * Node adds.
 */
export function whyNotLoaded(name: string, error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  const [firstLine = ''] = message.split('\n');
  const [reason = ''] = firstLine.split(' imported from ');
  const isAbsent = isNotFound(error) && new RegExp(`^Cannot find (package|module) '${name}'$`).test(reason);
  return isAbsent ? `${name} is not installed` : `${name} cannot be loaded here (${reason})`;
}

function isNotFound(error: unknown): boolean {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  return code === 'ERR_MODULE_NOT_FOUND' || code === 'MODULE_NOT_FOUND';
}
