import { callCrashHook, executeClaimedRun } from '../src/app/execute-claimed-run.ts';
import type { FlowCatalogue } from '../src/app/flow-catalogue.ts';
import type { AppServices } from '../src/app/services.ts';
import { toRunError } from '../src/core/errors.ts';
import type { AnyFlow } from '../src/engine/flow-options.ts';
import { childOrderSchema, type ChildOrder, type ChildReport } from '../src/scheduling/worker/child-messages.ts';
import { openSecrets } from './open-secrets.ts';
import { openServices } from './open-services.ts';
import { packageVersion } from './package-version.ts';

/**
 * The process that a worker keeps warm: it loads what every run needs, opens the registry, waits for the one run that it is for,
 * executes it and leaves. When its worker dies the channel closes and it ends at once, with everything in its process group.
 * @param catalogue The built-in flows. `process.argv[2]` is the state folder.
 */
export async function workerChild(catalogue: FlowCatalogue<AnyFlow<AppServices>>): Promise<never> {
  process.once('disconnect', endNow);
  const order = new Promise<ChildOrder>((resolve) =>
    process.once('message', (raw: unknown) => resolve(childOrderSchema.parse(raw))),
  );
  const { env } = process;
  const services = await openServices({
    homeOption: process.argv[2],
    readOnly: false,
    cwd: process.cwd(),
    env,
    secrets: await openSecrets(env),
    version: packageVersion(),
    codeVersion: 'unknown',
  });
  await tell({ type: 'ready' });
  try {
    await carryOut(await order, services, catalogue);
    process.off('disconnect', endNow);
    process.exit(0);
  } catch (error) {
    process.stderr.write(`${toRunError(error).stack ?? String(error)}\n`, () => process.exit(1));
    return await new Promise<never>(() => undefined);
  }
}

async function carryOut(
  order: ChildOrder,
  services: AppServices,
  builtIn: FlowCatalogue<AnyFlow<AppServices>>,
): Promise<void> {
  const { project, cwd, registry } = services;
  const stop = new AbortController();
  process.once('SIGTERM', () => stop.abort('SIGTERM'));
  const places = { builtIn, project, cwd, loadPublicApi: () => import('../src/index.ts') };
  if (order.type === 'hook') {
    await callCrashHook(services, order, places);
    await registry.close();
    return;
  }
  const { codeVersion } = order;
  const state = await executeClaimedRun({ ...services, codeVersion }, order, places, stop.signal);
  await registry.close();
  await tell({ type: 'ended', state });
}

function tell(report: ChildReport): Promise<void> {
  return new Promise((resolve) => {
    if (process.connected) process.send?.(report, undefined, undefined, () => resolve());
    else resolve();
  });
}

/** The group is its own, because its worker started it detached. */
function endNow(): void {
  process.kill(-process.pid, 'SIGKILL');
}
