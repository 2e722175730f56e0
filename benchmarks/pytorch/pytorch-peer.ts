import { spawn, spawnSync } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { JsonObject } from '../../src/core/json.ts';

/** PyTorch in a process of its own. */
export interface PyTorchPeer {
  /** Calls the method `do` of the peer (peer.py) and gives its answer. */
  ask(request: JsonObject & { readonly do: string }): Promise<JsonObject>;
  close(): void;
}

const PYTHON = process.env.PYTHON ?? '/usr/bin/python3';
const SCRIPT = fileURLToPath(new URL('../../../benchmarks/pytorch/peer.py', import.meta.url));

/** Why PyTorch cannot be used here, in a sentence; undefined when it can. */
export function pytorchMissing(): string | undefined {
  const { status } = spawnSync(PYTHON, ['-c', 'import torch, numpy'], { stdio: 'ignore' });
  if (status === 0) return undefined;
  return `${PYTHON} has no PyTorch. Install it with: apt-get install python3-torch (or name another python in PYTHON).`;
}

export function startPyTorch(): PyTorchPeer {
  const child = spawn(PYTHON, [SCRIPT], { stdio: ['pipe', 'pipe', 'inherit'] });
  const answers = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  return {
    ask: async (request) => {
      child.stdin.write(`${JSON.stringify(request)}\n`);
      const { value, done } = await answers.next();
      if (done === true) throw new Error(`PyTorch ended while it was asked to ${request.do}.`);
      return JSON.parse(value) as JsonObject;
    },
    close: () => child.stdin.end(),
  };
}
