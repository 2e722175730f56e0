// The process in which a worker executes one of the tiny flows.
import { workerChild } from '../../bin/worker-child-main.ts';
import { tinyCatalogue } from './tiny-flows.ts';

await workerChild(tinyCatalogue);
