import { UsageError } from '../../core/errors.ts';

/** A flow in a file: the file as it was given and, when it was named, which of its exports is meant. */
export type FlowReference = { readonly file: string; readonly exportName?: string };

/**
 * Reads `./my/flow.ts:name` or `flow.ts`; undefined when the text is the name of a flow.
 * @throws UsageError when nothing follows the colon.
 */
export function parseFlowReference(text: string): FlowReference | undefined {
  const { file, exportName } = /^(?<file>.+?)(?::(?<exportName>[^/\\:]*))?$/su.exec(text)?.groups ?? {};
  if (file === undefined || !(/[/\\]/.test(file) || FLOW_FILE.test(file))) return undefined;
  if (exportName === undefined) return { file };
  if (exportName === '') throw new UsageError(`"${text}" ends in a colon. Write ${file}:NAME, or ${file} alone.`);
  return { file, exportName };
}

/** `file:name`, as `parseFlowReference` reads it. */
export function formatFlowReference({ file, exportName }: FlowReference): string {
  return exportName === undefined ? file : `${file}:${exportName}`;
}

/** TypeScript and JavaScript in all their forms. */
export const FLOW_FILE = /\.[cm]?[jt]sx?$/;
