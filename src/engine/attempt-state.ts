import { MlflowTsError, TimeoutError, toRunError } from '../core/errors.ts';
import type { RunState } from '../core/run-state.ts';
import type { AbortScope } from './abort-scope.ts';
