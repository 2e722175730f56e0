#!/usr/bin/env node
import { catalogue } from '../flows/catalogue.ts';
import { main } from './main.ts';

await main(catalogue);
