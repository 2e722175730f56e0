import { resolve } from 'node:path';
import { isMap, isNode, isScalar, LineCounter, parseDocument } from 'yaml';
import type { Document, Pair } from 'yaml';
import { z } from 'zod';
import { didYouMean } from '../core/closest-name.ts';
import { ParameterError } from '../core/errors.ts';
import { flowEntry } from './flow-catalogue.ts';
import type { Secrets } from '../core/secrets.ts';
import type { FlowCatalogue } from './flow-catalogue.ts';
import { readTextFile } from './parameter-sources.ts';
import type { Assignment } from './parameter-sources.ts';
import { checkAssignments } from './resolve-parameters.ts';

/** A config file's assignments by the name of the flow whose section holds them. */
export type ConfigSections = ReadonlyMap<string, readonly Assignment[]>;

/**
 * Reads a config file: YAML with one section per flow, each with parameters of that flow. Every section is checked
 * against its flow's schema, also those of flows that are not run now.
 * @throws NotFoundError when there is no such file; ParameterError naming file, line and all problems.
 */
export async function readConfigFile(
  given: string,
  options: { readonly cwd: string; readonly catalogue: FlowCatalogue; readonly secrets: Secrets },
): Promise<ConfigSections> {
  const text = readTextFile(resolve(options.cwd, given), given, '-c');
  const { document, lines } = parseYamlText(text, given);
  const sections = new Map<string, Assignment[]>();
  const problems: string[] = [];
  for (const { name, where, pairs } of sectionsOf(document, lines, given)) {
    if (!Object.hasOwn(options.catalogue, name)) {
      problems.push(`unknown section "${name}" (${where}). ${didYouMean(name, Object.keys(options.catalogue))}`);
    } else if (pairs === undefined) {
      problems.push(`section "${name}" (${where}) must hold parameters: "${name}:" and below it "key: value".`);
    } else {
      const assignments = pairs.map((pair) => assignmentOf(pair, document, lines, given));
      sections.set(name, assignments);
      const flow = await flowEntry(options.catalogue, name).load();
      problems.push(
        ...checkAssignments(flow, assignments, 'assigned', options.secrets).problems.map((text) => `${name}: ${text}`),
      );
    }
  }
  if (problems.length > 0) throw configError(given, problems);
  return sections;
}

type Section = { readonly name: string; readonly where: string; readonly pairs: readonly Pair[] | undefined };

function parseYamlText(text: string, given: string): { document: Document.Parsed; lines: LineCounter } {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines });
  const [first] = document.errors;
  if (first !== undefined) throw new ParameterError(`${given} is not YAML: ${first.message}`, { cause: first });
  return { document, lines };
}

function sectionsOf(document: Document.Parsed, lines: LineCounter, given: string): Section[] {
  const { contents } = document;
  if (contents === null || (isScalar(contents) && contents.value === null)) return [];
  if (!isMap(contents)) {
    throw new ParameterError(`${given} must hold a section per flow: "hpo:" and below it "trials: 6".`);
  }
  return contents.items.map((item) => ({
    name: keyText(item),
    where: place(item, lines, given),
    pairs: sectionPairs(item),
  }));
}

/** An empty section (`hpo:` with nothing below) sets nothing, which is fine. */
function sectionPairs(item: Pair): readonly Pair[] | undefined {
  if (isMap(item.value)) return item.value.items;
  return item.value === null || (isScalar(item.value) && item.value.value === null) ? [] : undefined;
}

function assignmentOf(pair: Pair, document: Document, lines: LineCounter, given: string): Assignment {
  const source = place(pair, lines, given);
  const json = z.json().safeParse(isNode(pair.value) ? pair.value.toJS(document) : pair.value);
  if (!json.success) throw new ParameterError(`${source}: the value of "${keyText(pair)}" is not plain data.`);
  return { path: [keyText(pair)], value: json.data, source };
}

function keyText({ key }: Pair): string {
  return isScalar(key) ? String(key.value) : String(key);
}

function place({ key }: Pair, lines: LineCounter, given: string): string {
  const offset = isScalar(key) ? key.range?.[0] : undefined;
  return offset === undefined ? given : `${given}:${lines.linePos(offset).line}`;
}

function configError(given: string, problems: readonly string[]): ParameterError {
  return new ParameterError(`${given} does not fit:\n${problems.map((problem) => `  ${problem}`).join('\n')}`, {
    details: { problems: [...problems] },
  });
}
