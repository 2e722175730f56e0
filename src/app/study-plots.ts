import type { StudyRow } from '../registry/studies.ts';
import type { TrialReport } from '../registry/trial-reports.ts';
import type { TrialRow } from '../registry/trials.ts';
import { parseSearchSpace } from '../training/search/parse-search-space.ts';
import { importancePlot } from '../training/search/plots/importance-plot.ts';
import { intermediateValues } from '../training/search/plots/intermediate-values.ts';
import { optimisationHistory } from '../training/search/plots/optimisation-history.ts';
import { parallelCoordinates } from '../training/search/plots/parallel-coordinates.ts';
import { paretoFrontPlot } from '../training/search/plots/pareto-front-plot.ts';
import type { PlottedStudy } from '../training/search/plots/plotted-study.ts';
import { slicePlot } from '../training/search/plots/slice-plot.ts';
import { valuesOf } from '../training/search/study-outcome.ts';
import { parametersOf } from '../training/search/trial-parameters.ts';
import { importanceOf } from './study-importance.ts';

/** A picture of a study, self-contained SVG, by the key of its artifact. */
export type StudyPlot = { readonly key: string; readonly svg: string };

/** The pictures of a study, those for which it has trials enough. */
export function studyPlots(
  study: StudyRow,
  rows: readonly TrialRow[],
  reports: ReadonlyMap<TrialRow['id'], readonly TrialReport[]>,
): readonly StudyPlot[] {
  const complete = rows.filter(({ state }) => state === 'complete');
  if (complete.length === 0) return [];
  const plotted = plottedStudy(study, rows, reports);
  return [
    { key: 'optimisation-history', svg: optimisationHistory(plotted) },
    { key: 'parallel-coordinates', svg: parallelCoordinates(plotted) },
    { key: 'slice', svg: slicePlot(plotted) },
    ...importancePlots(study, complete),
    ...(reports.size === 0 ? [] : [{ key: 'intermediate-values', svg: intermediateValues(plotted) }]),
    ...(study.objectives.length === 1 ? [] : [{ key: 'pareto-front', svg: paretoFrontPlot(plotted) }]),
  ];
}

function importancePlots(study: StudyRow, complete: readonly TrialRow[]): StudyPlot[] {
  if (complete.length < 2) return [];
  const { metric, importances } = importanceOf(study, complete);
  return importances.length === 0 ? [] : [{ key: 'importance', svg: importancePlot(study.name, metric, importances) }];
}

function plottedStudy(
  study: StudyRow,
  rows: readonly TrialRow[],
  reports: ReadonlyMap<TrialRow['id'], readonly TrialReport[]>,
): PlottedStudy {
  const { name, objectives, space } = study;
  return {
    ...{ name, objectives, space: parseSearchSpace(space) },
    trials: rows.map((row) => {
      const values = row.state === 'complete' ? valuesOf(row, objectives) : undefined;
      return {
        ...{ number: row.number, parameters: parametersOf(row), reports: reports.get(row.id) ?? [] },
        ...(values === undefined ? {} : { values }),
      };
    }),
  };
}
