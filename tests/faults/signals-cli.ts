// The command line over flows that stay at the moments at which Ctrl-C may come.
import { main } from '../../bin/main.ts';
import { signalFlows } from './signal-flows.ts';

const entries = Object.entries(signalFlows).map(
  ([name, flow]) => [name, { description: name, load: () => Promise.resolve(flow) }] as const,
);
await main(Object.fromEntries(entries));
