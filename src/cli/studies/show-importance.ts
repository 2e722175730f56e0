import type { AppServices } from '../../app/services.ts';
import { studyImportance } from '../../app/study-importance.ts';
import { percentText } from '../cell-text.ts';
import type { Output } from '../output.ts';
import { tableText } from '../table.ts';

/** `studies importance` */
export async function printImportance(
  services: AppServices,
  wanted: string | undefined,
  { metric }: { readonly metric?: string },
  output: Output,
): Promise<void> {
  const found = await studyImportance(services, wanted, metric);
  if (output.json) {
    output.printJson(found);
    return;
  }
  const { study, importances, leftOut, trials } = found;
  if (importances.length === 0) {
    output.remark('No parameter had more than one value in every trial.');
    return;
  }
  output.print(
    tableText(importances, [
      { heading: 'parameter', cell: ({ parameter }) => parameter },
      { heading: 'importance', align: 'right', cell: ({ importance }) => percentText(importance) },
      { heading: '', cell: ({ importance }) => '█'.repeat(Math.round(importance * BAR)) },
    ]),
  );
  const rest =
    leftOut.length === 0 ? '' : ` Left out, because of one value or not in every trial: ${leftOut.join(', ')}.`;
  const few = trials < FEW ? ' So few trials say little.' : '';
  output.remark(
    output.paintRemark.dim(
      `\nFor ${found.metric} to be among the best tenth of ${trials} trials of study ${study.name} (PED-ANOVA).${few}${rest}`,
    ),
  );
}

const BAR = 30;
/** The best tenth is then less than five trials, the least that its authors advise. */
const FEW = 50;
