import type { MapLowering } from '../onnx/maps/create-maps.ts';
import type { BlockKernels } from './block-kernels.ts';
import type { SessionHost } from './session-host.ts';
import type { SessionOptions } from './session-protocol.ts';

/** Gives the name of the session for batches of that many rows, making it when it is first asked for; answers in the order it is asked. */
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
  const open = async (rows: number): Promise<string> => {
    const lowering = lower(rows);
    const name = `${graph.name}, ${lowering.kind}`;
    const session = created.get(name) ?? host.create(name, graph.compile(lowering), options);
    created.set(name, session);
    await session;
    return name;
  };
  let last: Promise<unknown> = Promise.resolve();
  return (rows) => {
    const session = last.then(() => open(rows));
    last = session;
    return session;
  };
}
