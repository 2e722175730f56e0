// The command line as it is shipped, but for its flows: what tests spawn to see runs end in every way in no time.
import { main } from '../../bin/main.ts';
import { tinyCatalogue } from './tiny-flows.ts';

await main(tinyCatalogue, new URL('./tiny-worker-child.js', import.meta.url));
