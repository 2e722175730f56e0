import type { OrderBy } from './clauses.ts';
import { filterTokens, invalid } from './filter-tokens.ts';
import { parseIdentifier } from './parse-identifier.ts';

/**
 * Reads `metrics.accuracy DESC`: what to sort by and in which direction, ascending when none is said.
 * @throws ParameterError with what is wrong, and where.
 */
export function parseOrderBy(text: string): OrderBy {
  const [name, direction, more] = filterTokens(text);
  if (name === undefined) throw invalid('Expected what to order by, e.g. metrics.accuracy DESC', 1);
  const identifier = parseIdentifier(name);
  if (direction === undefined) return { identifier, direction: 'asc' };
  const word = direction.text.toLowerCase();
  if (word !== 'asc' && word !== 'desc') {
    throw invalid(`Invalid ordering '${direction.text}'. Valid values are ['ASC', 'DESC']`, direction.position);
  }
  if (more !== undefined) {
    throw invalid(
      `'${more.text}' was not expected after the direction; give --order-by again for a second key`,
      more.position,
    );
  }
  return { identifier, direction: word };
}
