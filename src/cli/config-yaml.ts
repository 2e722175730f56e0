import { Document, isMap, isScalar } from 'yaml';
import type { Node, Pair } from 'yaml';
import type { ResolvedParameters } from '../app/resolve-parameters.ts';

/** Resolved parameters as a config file: a section per flow, each value with its source as a comment when asked for. */
export function configYaml(
  sections: readonly (readonly [flow: string, resolved: ResolvedParameters])[],
  withSources: boolean,
): string {
  const document = new Document(Object.fromEntries(sections.map(([flow, { values }]) => [flow, values])));
  if (withSources) {
    for (const [flow, { sources }] of sections) {
      for (const { key, source } of sources) comment(document, [flow, ...key.split('.')], source);
    }
  }
  return document.toString({ lineWidth: 0, flowCollectionPadding: false });
}

/** A value's comment goes behind it; a list or empty object is written in one line, so that this line can bear it. */
function comment(document: Document, path: readonly string[], source: string): void {
  const node = document.getIn(path, true) as (Node & { flow?: boolean }) | undefined;
  if (node === undefined) return;
  if (!isScalar(node)) node.flow = true;
  const parent = document.getIn(path.slice(0, -1), true);
  const pair = isMap(parent)
    ? parent.items.find((item: Pair) => isScalar(item.key) && item.key.value === path.at(-1))
    : undefined;
  if (pair !== undefined) node.comment = ` ${source}`;
}
