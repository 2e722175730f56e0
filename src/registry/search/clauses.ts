/** What a clause or an order is about: something that every training run may have. */
export type Identifier =
  | { readonly kind: 'attribute'; readonly key: AttributeKey }
  | { readonly kind: 'metric' | 'param' | 'tag'; readonly key: string }
  | { readonly kind: 'dataset'; readonly key: DatasetKey };

export const ATTRIBUTE_KEYS = ['run_id', 'run_name', 'status', 'start_time', 'end_time'] as const;
export type AttributeKey = (typeof ATTRIBUTE_KEYS)[number];

export const DATASET_KEYS = ['name', 'digest', 'context'] as const;
export type DatasetKey = (typeof DATASET_KEYS)[number];

export const NUMBER_COMPARATORS = ['=', '!=', '>', '>=', '<', '<='] as const;
export type NumberComparator = (typeof NUMBER_COMPARATORS)[number];

export const TEXT_COMPARATORS = ['=', '!=', 'LIKE', 'ILIKE'] as const;
export type TextComparator = (typeof TEXT_COMPARATORS)[number];

/** One condition of a filter; a training run that lacks what it is about fulfils none but `IS NULL`. */
export type Clause =
  | {
      readonly kind: 'number';
      readonly identifier: Identifier;
      readonly comparator: NumberComparator;
      readonly value: number;
    }
  | {
      readonly kind: 'text';
      readonly identifier: Identifier;
      readonly comparator: TextComparator;
      readonly value: string;
    }
  | {
      readonly kind: 'list';
      readonly identifier: Identifier;
      readonly negated: boolean;
      readonly values: readonly string[];
    }
  | { readonly kind: 'presence'; readonly identifier: Identifier; readonly present: boolean };

/** One key to sort by. Training runs that lack it come last, in both directions. */
export type OrderBy = { readonly identifier: Identifier; readonly direction: 'asc' | 'desc' };

/** Whether values are compared as numbers: metrics, and times in milliseconds UTC. */
export function isNumeric({ kind, key }: Identifier): boolean {
  return kind === 'metric' || (kind === 'attribute' && (key === 'start_time' || key === 'end_time'));
}

/** The filter that the clauses are, as it is written. */
export function printFilter(clauses: readonly Clause[]): string {
  return clauses.map(printClause).join(' AND ');
}

function printClause(clause: Clause): string {
  const about = printIdentifier(clause.identifier);
  switch (clause.kind) {
    case 'number':
      return `${about} ${clause.comparator} ${clause.value}`;
    case 'text':
      return `${about} ${clause.comparator} ${printText(clause.value)}`;
    case 'list':
      return `${about} ${clause.negated ? 'NOT IN' : 'IN'} (${clause.values.map(printText).join(', ')})`;
    case 'presence':
      return `${about} ${clause.present ? 'IS NOT NULL' : 'IS NULL'}`;
  }
}

/** `metrics.accuracy`; a key with other characters than letters, digits, `_ . - /` in backticks. */
export function printIdentifier({ kind, key }: Identifier): string {
  const quote = key.includes('`') ? '"' : '`';
  return `${kind}s.${/^[\w./-]+$/.test(key) ? key : `${quote}${key}${quote}`}`;
}

function printText(value: string): string {
  return `'${value.replaceAll("'", "''")}'`;
}
