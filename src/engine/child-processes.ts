import type { ChildProcess } from 'node:child_process';
import { v7 as newChildId } from 'uuid';
