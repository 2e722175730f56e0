import { join } from 'node:path';
import type { Clock } from '../core/clock.ts';
import type { Secrets } from '../core/secrets.ts';
import type { SourceContext } from '../datasets/source.ts';
import type { SeededRandom } from '../core/seeded-random.ts';
import type { Registry } from '../registry/open-registry.ts';
import type { ArtifactStore } from '../storage/artifact-store.ts';
import type { Project } from './project.ts';

/** What the tasks of the built-in flows and the functions behind the commands work with; wired by hand in `bin/`. */
export interface AppServices {
  readonly project: Project;
  /** Relative paths that a person gave are meant from here. */
  readonly cwd: string;
  readonly registry: Registry;
  readonly storage: ArtifactStore;
  readonly clock: Clock;
  /** @internal */
  readonly secrets: Secrets;
  /** For names and jitter; what must be reproducible takes its own seed. */
  readonly random: SeededRandom;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Version of the package and, in a git checkout, its commit: recorded with what a run makes. */
  readonly codeVersion: string;
}

/** Where tasks put files while they work on them; what is there belongs to a running task and is removed by it. */
export function workDirOf({ project }: AppServices): string {
  return join(project.home, 'work');
}

/** What sources are opened with. */
export function sourceContextOf({ clock, cwd, env, codeVersion }: AppServices): SourceContext {
  return { clock, cwd, env, version: codeVersion.split('+')[0] ?? codeVersion };
}
