import { ATTRIBUTE_KEYS, DATASET_KEYS, type Identifier } from './clauses.ts';
import { invalid, type Token } from './filter-tokens.ts';

type Kind = Identifier['kind'];

/** MLflow's names for the kinds. */
const PREFIXES: Readonly<Record<string, Kind>> = {
  metric: 'metric',
  metrics: 'metric',
  param: 'param',
  params: 'param',
  parameter: 'param',
  parameters: 'param',
  tag: 'tag',
  tags: 'tag',
  attribute: 'attribute',
  attributes: 'attribute',
  attr: 'attribute',
  run: 'attribute',
  dataset: 'dataset',
  datasets: 'dataset',
};

/** Other names of attributes, as MLflow's user interface writes them. */
const ATTRIBUTE_ALIASES: Readonly<Record<string, string>> = {
  created: 'start_time',
  Created: 'start_time',
  'run name': 'run_name',
  'Run name': 'run_name',
  'Run Name': 'run_name',
};

/**
 * Reads `metrics.accuracy`, ``params.`batch size` ``, `attributes.status` or, without a prefix, an attribute. Only the first
 * dot splits.
 * @throws ParameterError naming what is valid.
 */
export function parseIdentifier({ kind, text, position }: Token): Identifier {
  if (kind !== 'word' && kind !== 'double-quoted') {
    throw invalid(
      `Invalid clause(s) in filter string: expected a name such as metrics.accuracy, received ${text}`,
      position,
    );
  }
  const dot = /^[`"]/.test(text) ? -1 : text.indexOf('.');
  if (dot < 0) return attribute(unquoted(text), position);
  const prefix = text.slice(0, dot);
  const found = Object.hasOwn(PREFIXES, prefix) ? PREFIXES[prefix] : undefined;
  if (found === undefined) {
    throw invalid(
      `Invalid entity type '${prefix}'. Valid values are ['metrics', 'params', 'tags', 'attributes', 'datasets']`,
      position,
    );
  }
  const key = unquoted(text.slice(dot + 1));
  if (key === '') throw invalid(`Invalid clause(s) in filter string: nothing follows "${prefix}."`, position);
  return identifier(found, key, position);
}

function identifier(kind: Kind, key: string, position: number): Identifier {
  if (kind === 'attribute') return attribute(key, position);
  if (kind !== 'dataset') return { kind, key };
  const known = DATASET_KEYS.find((name) => name === key);
  if (known !== undefined) return { kind, key: known };
  throw invalid(`Invalid dataset key '${key}' specified. Valid keys are ${listed(DATASET_KEYS)}`, position);
}

function attribute(given: string, position: number): Identifier {
  const name = Object.hasOwn(ATTRIBUTE_ALIASES, given) ? ATTRIBUTE_ALIASES[given] : given;
  const key = ATTRIBUTE_KEYS.find((known) => known === name);
  if (key !== undefined) return { kind: 'attribute', key };
  throw invalid(
    `Invalid attribute key '${given}' specified. Valid keys are ${listed(ATTRIBUTE_KEYS)}; other names need a prefix: metrics., params. or tags.`,
    position,
  );
}

/** Without the quotes around all of it, or around its end: `a"b c"` is no key. */
function unquoted(text: string): string {
  return /^(?<quote>[`"])(?<key>.*)\k<quote>$/s.exec(text)?.groups?.key ?? text;
}

/** Names as MLflow lists them in its messages. */
export function listed(names: readonly string[]): string {
  return `[${names.map((name) => `'${name}'`).join(', ')}]`;
}
