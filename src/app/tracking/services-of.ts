import { UsageError } from '../../core/errors.ts';
import type { RunScope } from '../../engine/run-scope.ts';
import type { AppServices } from '../services.ts';

/**
 * The services of the project that the run belongs to.
 * @throws UsageError when the run was started by a program without a project.
 */
export function servicesOf({ runtime }: Pick<RunScope, 'runtime'>, what: string): AppServices {
  const services = (runtime.services ?? {}) as Partial<AppServices>;
  if (services.project !== undefined && services.cwd !== undefined) return services as AppServices;
  throw new UsageError(
    `${what} needs the project's folders. Start the flow with \`mlflow-ts run\`, or in a test with createTestHarness.`,
  );
}
