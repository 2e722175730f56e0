import { toRunError } from '../core/errors.ts';
import { shortId, type FlowRunId, type TaskRunId } from '../core/ids.ts';
import type { Json } from '../core/json.ts';
import type { Secrets } from '../core/secrets.ts';
import { toJson } from '../core/to-json.ts';
import type { NewFlowRun } from '../registry/flow-runs.ts';
import { coerceAndRecord } from './coerce-parameters.ts';
import { withReferences } from './with-references.ts';
import type { AnyFlow } from './flow-options.ts';
import { fillRunName } from './run-name.ts';
import type { RunSession } from './run-session.ts';

/** Parameters as they were given and, when they fit the flow's schema, as its body receives them. */
export type CheckedParameters = {
  /** What is recorded with the run. */
  readonly recorded: Json;
  readonly checked:
    { readonly kind: 'fit'; readonly parameters: unknown } | { readonly kind: 'unfit'; readonly error: unknown };
};

/**
 * Checks raw parameters, references resolved; a run with parameters that do not fit is recorded too, and ends Failed without
 * Running. What is recorded are the references.
 * @throws NotJsonError when they cannot even be recorded.
 */
export function checkParameters(flow: AnyFlow, raw: unknown, secrets: Secrets): CheckedParameters {
  const what = `parameters of flow "${flow.name}"`;
  const given = toJson(raw ?? {}, what);
  try {
    secrets.keepReadable([flow.name]);
    const { parameters, recorded } = coerceAndRecord(
      flow.parameters,
      secrets.resolve(given, `the ${what}`),
      secrets.seal,
    );
    return { recorded: withReferences(given, recorded), checked: { kind: 'fit', parameters } };
  } catch (error) {
    return { recorded: given, checked: { kind: 'unfit', error } };
  }
}

/** The same for what a flow's own code gives: that is taken as it is, and recorded with references for secrets. */
export function checkSubflowParameters(flow: AnyFlow, raw: unknown, { seal }: Secrets): CheckedParameters {
  const given = toJson(raw ?? {}, `parameters of flow "${flow.name}"`);
  try {
    const { parameters, recorded } = coerceAndRecord(flow.parameters, given, seal);
    return { recorded: seal.json(recorded), checked: { kind: 'fit', parameters } };
  } catch (error) {
    return { recorded: seal.json(given), checked: { kind: 'unfit', error } };
  }
}

type Origin = {
  readonly id: FlowRunId;
  readonly rootFlowRunId: FlowRunId;
  readonly parentFlowRunId?: FlowRunId;
  readonly parentTaskRunId?: TaskRunId;
  readonly callKey?: string;
  readonly runName?: string | undefined;
  readonly tags?: readonly string[] | undefined;
  readonly entrypoint?: string | undefined;
};

/** The row of a new flow run in state Pending. */
export function newFlowRun(session: RunSession, flow: AnyFlow, given: CheckedParameters, origin: Origin): NewFlowRun {
  const { runName, tags = [], entrypoint, ...links } = origin;
  const { runtime, owner } = session;
  const at = runtime.clock.now();
  return {
    ...links,
    flowName: flow.name,
    name: runtime.secrets.seal.text(nameRun(session, flow, given, origin.id, runName)),
    state: { kind: 'Pending', at },
    parameters: given.recorded,
    tags: runtime.secrets.seal.data([...new Set([...(flow.options.tags ?? []), ...tags])]),
    codeVersion: runtime.codeVersion,
    owner,
    ...(entrypoint === undefined ? {} : { entrypoint }),
    createdAt: at,
  };
}

function nameRun(
  session: RunSession,
  flow: AnyFlow,
  { checked }: CheckedParameters,
  id: FlowRunId,
  given: string | undefined,
): string {
  const generated = `${flow.name}-${shortId(id)}`;
  const wanted = given ?? flow.options.runName;
  if (wanted === undefined || checked.kind === 'unfit') return given ?? generated;
  try {
    return fillRunName(wanted, checked.parameters);
  } catch (error) {
    session.recorder
      .logger({ flowRunId: id })
      .warn(`The runName of flow "${flow.name}" failed: ${toRunError(error).message}`);
    return generated;
  }
}
