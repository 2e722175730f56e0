import { z } from 'zod';
import { parseFlowReference } from './flow-files/flow-reference.ts';
import { misfit, problemsOf, readYamlFile } from './yaml-file.ts';

/** What `mlflow-ts.yaml` says of a project, beside its deployments. */
export type ProjectFile = {
  /** Files with flows, by the name of the flow: `./flows/census.ts:census`, from the project's root. */
  readonly flows: Readonly<Record<string, string>>;
  /** The experiment that flows log to; absent: one for every flow, by its name. */
  readonly experiment?: string | undefined;
};

/**
 * Reads `mlflow-ts.yaml`. What it says of deployments is read when they are deployed: a mistake there keeps no flow from running.
 * @param builtIn Names that the project's own flows cannot have.
 * @throws ParameterError naming file, line and all problems.
 */
export function readProjectFile(path: string, builtIn: readonly string[]): ProjectFile {
  const file = readYamlFile(path);
  const parsed = projectFileSchema(builtIn).safeParse(file.data);
  if (!parsed.success)
    throw misfit(
      file,
      problemsOf(parsed.error, () => PROJECT_FILE_KEYS),
    );
  const { flows, experiment } = parsed.data;
  return { flows, ...(experiment === undefined ? {} : { experiment }) };
}

const DEPLOYMENT_KEYS = ['pools', 'limits', 'deployments'] as const;

/** Everything that may stand at the top of `mlflow-ts.yaml`. */
export const PROJECT_FILE_KEYS: readonly string[] = ['flows', 'experiment', ...DEPLOYMENT_KEYS];

function projectFileSchema(builtIn: readonly string[]) {
  const flowName = z.string().refine((name) => !builtIn.includes(name), {
    error: ({ input }) => `"${String(input)}" is a built-in flow; name yours otherwise`,
  });
  const reference = z
    .string({ error: 'expected a file and a flow of it, e.g. ./flows/census.ts:census' })
    .refine(isFileReference, { error: 'expected a file and a flow of it, e.g. ./flows/census.ts:census' });
  return z.strictObject({
    flows: z
      .record(flowName, reference, { error: 'expected a list of NAME: FILE.ts:NAME' })
      .nullish()
      .transform((flows) => flows ?? {}),
    experiment: z.string({ error: 'expected the name of an experiment' }).min(1, 'expected a name').optional(),
    ...Object.fromEntries(DEPLOYMENT_KEYS.map((key) => [key, z.unknown().optional()])),
  });
}

function isFileReference(text: string): boolean {
  try {
    return parseFlowReference(text) !== undefined;
  } catch {
    return false;
  }
}
