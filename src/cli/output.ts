import type { ChalkInstance } from 'chalk';
import type { Command } from 'commander';
import { LOG_LEVELS } from '../core/logger.ts';
import type { LogLevel } from '../core/logger.ts';
import type { CommandContext, GlobalOptions } from './command-context.ts';

/** Where a command prints: results to stdout, remarks to stderr. */
export type Output = {
  /** The user asked for one JSON document on stdout instead of text. */
  readonly json: boolean;
  readonly logLevel: LogLevel;
  /** False when the level is only the default. */
  readonly logLevelGiven: boolean;
  /** Width to keep to on stdout; Infinity where it is no terminal. */
  readonly columns: number;
  /** Colours for stdout; they do nothing where there is no terminal. */
  readonly paint: ChalkInstance;
  /** Colours for stderr. */
  readonly paintRemark: ChalkInstance;
  /** A result for people, on stdout. */
  print(text: string): void;
  /** The one JSON document, on stdout. */
  printJson(value: unknown): void;
  /** A remark for people, on stderr. */
  remark(text: string): void;
};

/** Makes the output of a command from its global options and streams. */
export async function createOutput(context: CommandContext, command: Command): Promise<Output> {
  const globals = command.optsWithGlobals<GlobalOptions>();
  const { Chalk } = await import('chalk');
  const paint = (isTerminal: boolean): ChalkInstance =>
    new Chalk({ level: hasColours(context, globals, isTerminal) ? COLOUR_LEVEL : 0 });
  return {
    json: globals.json === true,
    logLevel: LOG_LEVELS.find((level) => level === globals.logLevel) ?? 'info',
    logLevelGiven: globals.logLevel !== undefined,
    columns: context.stdout.isTTY === true ? (context.stdout.columns ?? Infinity) : Infinity,
    paint: paint(context.stdout.isTTY === true),
    paintRemark: paint(context.stderr.isTTY === true),
    print: (text) => context.stdout.write(`${text}\n`),
    printJson: (value) => context.stdout.write(`${JSON.stringify(value, null, 2)}\n`),
    remark: (text) => context.stderr.write(`${text}\n`),
  };
}

/** NO_COLOR and FORCE_COLOR as no-color.org and force-color.org say. */
function hasColours({ env }: CommandContext, globals: GlobalOptions, isTerminal: boolean): boolean {
  if (!globals.color || (env.NO_COLOR ?? '') !== '') return false;
  if ((env.FORCE_COLOR ?? '') !== '') return env.FORCE_COLOR !== '0';
  return isTerminal && env.TERM !== 'dumb';
}

/** The 16 colours every terminal has. */
const COLOUR_LEVEL = 1;
