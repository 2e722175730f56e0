import type { z } from 'zod';
import { NotFoundError } from '../core/errors.ts';
import { didYouMean } from '../core/closest-name.ts';

/** What the command line needs of a flow before it runs one. */
export type LoadedFlow = {
  readonly name: string;
  readonly description?: string | undefined;
  readonly parameters: z.ZodType;
};

/** A flow as the catalogue lists it: enough for `flows ls`, the rest when it is loaded. */
export type FlowEntry<AnyFlow extends LoadedFlow = LoadedFlow> = {
  readonly description: string;
  /** Flows this one runs as subflows and whose parameters it takes: their config sections count for it too. */
  readonly composedOf?: readonly string[];
  /** The command people usually give after it; the summary of a finished run shows it. */
  readonly next?: string;
  /** The file it comes from, as a run of it records it; absent for a built-in flow. */
  readonly entrypoint?: string;
  load(): Promise<AnyFlow>;
};

/** The flows that can be run by name. Listing loads none of them. */
export type FlowCatalogue<AnyFlow extends LoadedFlow = LoadedFlow> = Readonly<Record<string, FlowEntry<AnyFlow>>>;

/**
 * The entry of a flow.
 * @throws NotFoundError with the name that was probably meant.
 */
export function flowEntry<AnyFlow extends LoadedFlow>(
  catalogue: FlowCatalogue<AnyFlow>,
  name: string,
): FlowEntry<AnyFlow> {
  const entry = Object.hasOwn(catalogue, name) ? catalogue[name] : undefined;
  if (entry === undefined) throw new NotFoundError(`There is no flow "${name}". ${hint(name, Object.keys(catalogue))}`);
  return entry;
}

const RUNS_COMMANDS = ['ls', 'show', 'logs', 'watch', 'cancel', 'retry', 'delete'];

function hint(name: string, known: readonly string[]): string {
  return RUNS_COMMANDS.includes(name) ? `Did you mean \`mlflow-ts runs ${name}\`?` : didYouMean(name, known);
}
