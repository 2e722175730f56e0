import type { MapLowering } from '../onnx/maps/create-maps.ts';
import type { BlockKernels } from './block-kernels.ts';
import type { SessionHost, SessionOptions } from './session-host.ts';

/** Gives the name of the session for batches of that many rows, making it when it is first asked for. */
export type GraphSessions = (rows: number) => Promise<string>;

/**
 * Sessions of one graph. A graph on blocks is made for one number of rows: the first that comes, which is that of all full batches.
 * Any other takes the plain graph, which is open for all.
 */
export function createGraphSessions(
  host: SessionHost,
  kernels: BlockKernels,
  graph: { readonly name: string; readonly compile: (lowering: MapLowering) => Uint8Array },
  options: SessionOptions,
): GraphSessions {
  const created = new Map<string, Promise<unknown>>();
  let blockedRows: number | undefined;
  const lower = (rows: number): MapLowering => {
    if (kernels.kind === 'plain') return kernels;
    blockedRows ??= rows;
    return rows === blockedRows ? { ...kernels, batch: rows } : { kind: 'plain' };
  };
  return async (rows) => {
    const lowering = lower(rows);
    const name = `${graph.name}, ${lowering.kind}`;
    const session = created.get(name) ?? host.create(name, graph.compile(lowering), options);
    created.set(name, session);
    await session;
    return name;
  };
}
