// The entry of the processes in which `mlflow-ts worker start` executes flow runs, one each.
import { catalogue } from '../flows/catalogue.ts';
import { workerChild } from './worker-child-main.ts';

await workerChild(catalogue);
