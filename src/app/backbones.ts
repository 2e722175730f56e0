import { join, resolve } from 'node:path';
import type { Logger, ReportProgress } from '../core/logger.ts';
import type { BackboneSpec } from '../training/backbones/backbone-spec.ts';
import { findBackbone, type BackbonePlaces } from '../training/backbones/find-backbone.ts';
import { openBackbone, type Backbone } from '../training/backbones/open-backbone.ts';
import type { AppServices } from './services.ts';

type Reporting = { readonly signal: AbortSignal; readonly log: Logger; readonly progress: ReportProgress };

/** Downloaded backbones, relative to the data folder. */
export const BACKBONES_FOLDER = 'backbones';

/**
 * The description of a backbone, by name or by the path of its YAML; its file is not looked at.
 * @throws NotFoundError, ParameterError.
 */
export async function describeBackbone(services: AppServices, wanted: string): Promise<BackboneSpec> {
  return findBackbone(wanted, placesOf(services));
}

/** Opens a backbone for this project: see openBackbone. */
export async function openProjectBackbone(
  services: AppServices,
  wanted: string,
  reporting: Reporting,
): Promise<Backbone> {
  return openBackbone(wanted, {
    ...{ signal: reporting.signal, log: reporting.log, progress: reporting.progress },
    places: placesOf(services),
    pinsFolder: join(services.project.home, 'backbones'),
    clock: services.clock,
  });
}

function placesOf({ cwd, project, env }: AppServices): BackbonePlaces {
  const extra = env.MLFLOW_TS_BACKBONE_FOLDER ?? '';
  return {
    cwd,
    projectRoot: project.root,
    filesFolder: join(project.dataDir, BACKBONES_FOLDER),
    ...(extra === '' ? {} : { extraFolder: resolve(cwd, extra) }),
  };
}
