// The command line as it is shipped, with one more flow: what the torture starts and kills.
import { main } from '../../bin/main.ts';
import { catalogue } from '../../flows/catalogue.ts';
import { chores } from './chores-flow.ts';

await main({ ...catalogue, chores: { description: 'Many short tasks', load: () => Promise.resolve(chores) } });
