import type { Secrets } from '../src/core/secrets.ts';

/** The secrets of this process's environment; from the first one on, what it writes to stdout and stderr is sealed. */
export async function openSecrets(env: NodeJS.ProcessEnv): Promise<Secrets> {
  const { Secrets } = await import('../src/core/secrets.ts');
  const { sealProcess } = await import('./seal-process.ts');
  const secrets: Secrets = new Secrets(env, () => sealProcess(secrets));
  return secrets;
}
