import type { LogData, Logger, LogLevel } from './logger.ts';

/** A logger for what several workers would say alike: the first to say a sentence is heard, the others only by who debugs. */
export function sayOnce(log: Logger): Logger {
  const said = new Set<string>();
  const say =
    (level: LogLevel) =>
    (message: string, data?: LogData): void => {
      log[said.has(message) ? 'debug' : level](message, data);
      said.add(message);
    };
  return { debug: say('debug'), info: say('info'), warn: say('warn'), error: say('error') };
}
