import { didYouMean } from '../../core/closest-name.ts';
import { FlowFileError } from '../../core/errors.ts';
import { isFlow, isTask } from '../../engine/flow-brand.ts';
import type { AnyFlow } from '../../engine/flow-options.ts';

type Exports = Readonly<Record<string, unknown>>;

/** A flow that a file exports, under the name by which it is found again. */
export type ExportedFlow = { readonly exportName: string; readonly flow: AnyFlow };

/**
 * The flow that a file exports under a name, which is the name of the export or of the flow; without a name the only one
 * there is, or the default export.
 * @throws FlowFileError telling what the file exports.
 */
export function chooseExport(exports: Exports, file: string, wanted?: string): ExportedFlow {
  const flows = flowsOf(exports);
  if (wanted !== undefined) return findNamed(flows, exports, file, wanted);
  const only = distinct(flows).length === 1 ? flows[0] : flows.find(({ exportName }) => exportName === 'default');
  if (only !== undefined) return only;
  if (flows.length === 0) throw new FlowFileError(noFlows(exports, file));
  const calls = flows.map(({ exportName }) => `  ${file}:${exportName}`).join('\n');
  throw new FlowFileError(`${file} exports ${flows.length} flows. Say which:\n${calls}`);
}

function findNamed(flows: readonly ExportedFlow[], exports: Exports, file: string, wanted: string): ExportedFlow {
  const found = flows.find(({ exportName }) => exportName === wanted) ?? flows.find(({ flow }) => flow.name === wanted);
  if (found !== undefined) return found;
  if (flows.length === 0) throw new FlowFileError(noFlows(exports, file));
  if (wanted in exports) {
    throw new FlowFileError(
      `${file} exports ${wanted}, which is ${describe(exports[wanted])} and not a flow. ${names(flows)}`,
    );
  }
  throw new FlowFileError(`${file} exports no flow "${wanted}". ${didYouMean(wanted, flowNames(flows))}`);
}

/** A named export comes before the default one, which is often the same flow again. */
function flowsOf(exports: Exports): ExportedFlow[] {
  return Object.entries(exports)
    .flatMap(([exportName, value]) => (isFlow(value) ? [{ exportName, flow: value }] : []))
    .sort((left, right) => Number(left.exportName === 'default') - Number(right.exportName === 'default'));
}

function distinct(flows: readonly ExportedFlow[]): AnyFlow[] {
  return [...new Set(flows.map(({ flow }) => flow))];
}

function flowNames(flows: readonly ExportedFlow[]): string[] {
  return [...new Set(flows.flatMap(({ exportName, flow }) => [exportName, flow.name]))];
}

function names(flows: readonly ExportedFlow[]): string {
  return `Its flows: ${flows.map(({ exportName }) => exportName).join(', ')}.`;
}

function noFlows(exports: Exports, file: string): string {
  const found = Object.entries(exports).map(([name, value]) => `${name} (${describe(value)})`);
  const what = found.length === 0 ? 'It exports nothing.' : `It exports: ${found.join(', ')}.`;
  return `${file} exports no flow. ${what} Write: export const NAME = flow({ name: 'NAME', parameters: … }, async (…) => …);`;
}

function describe(value: unknown): string {
  if (isTask(value)) return 'a task';
  if (typeof value === 'function') return 'a function';
  if (value === null || value === undefined) return String(value);
  return typeof value === 'object' ? 'an object' : `a ${typeof value}`;
}
