import { task } from '../flow-api.ts';
import type { Registration } from '../registration.ts';
import type { SummariseRegistrationInput } from './bodies/summarise-registration.ts';

export type { SummariseRegistrationInput } from './bodies/summarise-registration.ts';

/**
 * Sums up what was registered and why it was promoted or not: the result of the flow, the markdown `summary`, and the training's
 * `report` as an HTML page.
 */
export const summariseRegistration = task(
  { name: 'summarise-registration' },
  async (input: SummariseRegistrationInput, context): Promise<Registration> => {
    const { summariseRegistrationBody } = await import('./bodies/summarise-registration.ts');
    return summariseRegistrationBody(input, context);
  },
);
