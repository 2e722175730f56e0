/** A run's own name: text in which `{member}` stands for a member of the input, or a function of the input. */
export type RunName = string | ((input: never) => string);

/** Fills in a run name. Members that the input does not have stay as they are written. */
export function fillRunName(name: RunName, input: unknown): string {
  if (typeof name === 'function') return name(input as never);
  return name.replaceAll(/\{([\w.-]+)\}/g, (whole, path: string) => {
    const value = path.split('.').reduce<unknown>(memberOf, input);
    return value === undefined ? whole : typeof value === 'string' ? value : JSON.stringify(value);
  });
}

function memberOf(value: unknown, key: string): unknown {
  if (typeof value !== 'object' || value === null) return undefined;
  return (value as Record<string, unknown>)[key];
}
