import { didYouMean } from '../core/closest-name.ts';
import { ParameterError } from '../core/errors.ts';
import { fromText } from './parameter-sources.ts';
import type { Assignment } from './parameter-sources.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/** Variables of the tool itself; a parameter of such a name is set by its long form only. */
const OWN_SETTINGS = ['MLFLOW_TS_HOME', 'MLFLOW_TS_LOG_LEVEL', 'MLFLOW_TS_TEST_DATA', 'MLFLOW_TS_BACKBONE_FOLDER'];
const LONG_PREFIX = 'MLFLOW_TS_PARAM_';

/**
 * Parameters set by environment variables: `MLFLOW_TS_<KEY>` for every flow that takes the key, and over it
 * `MLFLOW_TS_PARAM_<FLOW>__<KEY>` for one flow; `trialEpochs` is written `TRIAL_EPOCHS`. Empty variables count as unset.
 * @param flows The flow and before it those it is composed of: the later one's variables win.
 * @throws ParameterError when a long-form variable names a flow or parameter that does not exist.
 */
export function assignmentsFromEnvironment(
  env: Environment,
  flows: readonly { readonly name: string; readonly keys: readonly string[] }[],
  allFlowNames: readonly string[],
): Assignment[] {
  refuseUnknown(env, flows, allFlowNames);
  const own = flows.at(-1);
  if (own === undefined) return [];
  const short = own.keys.map((key) => ({ key, variable: `MLFLOW_TS_${constantCase(key)}` }));
  const long = flows.flatMap((flow) => flow.keys.map((key) => ({ key, variable: longName(flow.name, key) })));
  return [...short.filter(({ variable }) => !OWN_SETTINGS.includes(variable)), ...long].flatMap(({ key, variable }) => {
    const text = env[variable];
    return text === undefined || text === '' || !own.keys.includes(key) ? [] : [fromText([key], text, variable)];
  });
}

function refuseUnknown(
  env: Environment,
  flows: readonly { readonly name: string; readonly keys: readonly string[] }[],
  allFlowNames: readonly string[],
): void {
  const known = flows.flatMap((flow) => flow.keys.map((key) => longName(flow.name, key)));
  const otherFlows = allFlowNames
    .filter((name) => !flows.some((flow) => flow.name === name))
    .map((name) => longName(name, ''));
  for (const variable of Object.keys(env)) {
    if (!variable.startsWith(LONG_PREFIX) || known.includes(variable)) continue;
    if (otherFlows.some((prefix) => variable.startsWith(prefix))) continue;
    throw new ParameterError(`The environment variable ${variable} sets no parameter. ${didYouMean(variable, known)}`);
  }
}

function longName(flow: string, key: string): string {
  return `${LONG_PREFIX}${constantCase(flow)}__${constantCase(key)}`;
}

function constantCase(name: string): string {
  return name
    .replaceAll(/([a-z0-9])([A-Z])/g, '$1_$2')
    .replaceAll('-', '_')
    .toUpperCase();
}
