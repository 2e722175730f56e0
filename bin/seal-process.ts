import { inspect } from 'node:util';
import type { Secrets } from '../src/core/secrets.ts';

/** Seals what this process still writes to stdout and stderr: also by `console`, as a warning, or as an error nobody caught. */
export function sealProcess(secrets: Secrets): void {
  sealStream(process.stdout, secrets);
  sealStream(process.stderr, secrets);
  sealWarnings(secrets);
  // Node itself would write it past the stream.
  process.on('uncaughtException', (error) => {
    process.stderr.write(`Uncaught ${inspect(error)}\n`, () => process.exit(UNCAUGHT));
  });
}

const UNCAUGHT = 1;

function sealStream(stream: NodeJS.WriteStream, secrets: Secrets): void {
  const write: (...args: never[]) => boolean = stream.write.bind(stream);
  stream.write = (chunk: unknown, ...rest: unknown[]) => write(...([sealChunk(chunk, secrets), ...rest] as never[]));
}

/** Each chunk by itself: a secret that is split over two of them is not seen. */
function sealChunk(chunk: unknown, secrets: Secrets): unknown {
  const text = typeof chunk === 'string' ? chunk : chunk instanceof Uint8Array ? Buffer.from(chunk).toString() : '';
  const sealed = sealOutput(text, secrets);
  return sealed === text ? chunk : sealed;
}

/** One JSON document, one a line, or plain text. */
function sealOutput(text: string, { seal }: Secrets): string {
  const sealed = seal.text(text);
  if (sealed === text) return text;
  if (isJson(text)) {
    const indent = text.trim().includes('\n') ? INDENT : 0;
    return `${seal.document(text, { indent, numbers: true })}\n`;
  }
  const lines = text.split('\n');
  return lines.every((line) => line === '' || isJson(line))
    ? lines.map((line) => seal.document(line, { numbers: true })).join('\n')
    : sealed;
}

const INDENT = 2;

function isJson(text: string): boolean {
  try {
    return /^[{[]/.test(text) && JSON.parse(text) !== undefined;
  } catch {
    return false;
  }
}

/** Node writes warnings past the stream as well, but as what they are when its own listener is called. */
function sealWarnings(secrets: Secrets): void {
  process.prependListener('warning', (warning) => {
    const { seal } = secrets;
    warning.message = seal.text(warning.message);
    if (warning.stack !== undefined) warning.stack = seal.text(warning.stack);
  });
}
