import { task } from '../flow-api.ts';
import type { StudyReference } from '../studies.ts';

/** Draws a study as artifacts, SVG: history, parallel coordinates, slices, importance, curves; of several metrics the Pareto list. */
export const plotStudy = task(
  { name: 'plot-study' },
  async (
    { study: reference }: { readonly study: StudyReference },
    { services, artifacts },
  ): Promise<readonly string[]> => {
    const { listTrialReports } = await import('../../registry/trial-reports.ts');
    const { listTrials } = await import('../../registry/trials.ts');
    const { loadStudy } = await import('../studies.ts');
    const { studyPlots } = await import('../study-plots.ts');
    const { db } = services.registry;
    const study = await loadStudy(services, reference);
    const plots = studyPlots(study, await listTrials(db, study.id), await listTrialReports(db, study.id));
    for (const { key, svg } of plots) await artifacts.image(key, Buffer.from(svg), 'image/svg+xml');
    return plots.map(({ key }) => key);
  },
);
