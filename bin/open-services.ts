import type { AppServices } from '../src/app/services.ts';
import { hostname } from 'node:os';
import type { ServicesOptions } from '../src/cli/command-context.ts';
import { systemClock } from '../src/core/clock.ts';

/** Wires what the commands work with, by hand and in this one place. Nothing of it is loaded before it is called. */
export async function openServices(
  options: ServicesOptions &
    Pick<AppServices, 'cwd' | 'env'> &
    Partial<Pick<AppServices, 'secrets' | 'codeVersion'>> & { readonly version: string },
): Promise<AppServices> {
  const { findProject } = await import('../src/app/project.ts');
  const { findCodeVersion } = await import('../src/app/code-version.ts');
  const { cwd, env } = options;
  const { Secrets } = await import('../src/core/secrets.ts');
  const { secrets = new Secrets(env) } = options;
  const project = findProject({ cwd, env, homeOption: options.homeOption });
  secrets.keepReadable([project.root, project.home, hostname()]);
  // git is asked while the registry is loaded.
  const codeVersion = options.codeVersion ?? findCodeVersion(options.version, project.root);
  const { openRegistryForCommand } = await import('../src/registry/open-registry.ts');
  const { createArtifactStore } = await import('../src/storage/artifact-store.ts');
  const { seededRandom } = await import('../src/core/seeded-random.ts');
  return {
    project,
    cwd,
    env,
    secrets,
    clock: systemClock,
    random: seededRandom('process', process.pid, systemClock.now()),
    registry: await openRegistryForCommand({
      path: project.registryPath,
      clock: systemClock,
      readOnly: options.readOnly,
      durable: options.durable === true,
      secrets,
    }),
    storage: createArtifactStore(project.artifactsDir, secrets),
    codeVersion: await codeVersion,
  };
}
