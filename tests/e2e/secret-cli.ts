// The command line as it is shipped, over flows that tell their secrets.
import { main } from '../../bin/main.ts';
import { secretCatalogue } from './secret-flows.ts';

await main(secretCatalogue);
