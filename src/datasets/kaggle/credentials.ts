import { readFile, stat } from 'node:fs/promises';
import { homedir } from 'node:os';
import path from 'node:path';
import { z } from 'zod';
import { ParameterError } from '../../core/errors.ts';
import { tryJson } from '../../core/json.ts';

/** Who asks. `from` says where that was found, for messages. */
export type KaggleCredentials =
  | { readonly kind: 'token'; readonly token: string; readonly from: string }
  | {
      readonly kind: 'key';
      readonly username: string;
      readonly key: string;
      readonly from: string;
      readonly remark?: string;
    }
  | { readonly kind: 'anonymous' };

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Looks where Kaggle's own clients look, in their order: a notebook's token, `KAGGLE_API_TOKEN` (a token or the path of a file
 * with one), `~/.kaggle/access_token[.txt]`, `KAGGLE_USERNAME` with `KAGGLE_KEY`, `kaggle.json`, what `kaggle auth login` keeps;
 * else nobody. `now` is in milliseconds UTC.
 * @throws ParameterError for a `kaggle.json` that is not one: it was meant to be used.
 */
export async function findCredentials(env: Environment, now: number): Promise<KaggleCredentials> {
  const home = path.join(env.HOME ?? homedir(), '.kaggle');
  return (await findToken(env, home)) ?? findKey(env, home, now);
}

/** The header that shows the credentials; none for nobody. */
export function authorization(credentials: KaggleCredentials): Record<string, string> {
  switch (credentials.kind) {
    case 'token':
      return { authorization: `Bearer ${credentials.token}` };
    case 'key': {
      const pair = `${credentials.username}:${credentials.key}`;
      return { authorization: `Basic ${Buffer.from(pair).toString('base64')}` };
    }
    case 'anonymous':
      return {};
  }
}

type Token = Extract<KaggleCredentials, { kind: 'token' }>;

async function findToken(env: Environment, home: string): Promise<Token | undefined> {
  if (env.KAGGLE_KERNEL_RUN_TYPE !== undefined && env.KAGGLE_API_V1_TOKEN !== undefined) {
    const inNotebook = await readToken(env.KAGGLE_API_V1_TOKEN);
    if (inNotebook !== undefined) return inNotebook;
  }
  const given = textOf(env.KAGGLE_API_TOKEN);
  if (given !== '') {
    const isFile = await stat(given).then(
      (status) => status.isFile(),
      () => false,
    );
    if (!isFile) return { kind: 'token', token: given, from: 'KAGGLE_API_TOKEN' };
    // Also when it is empty: the search for a token ends with the file that was named.
    return readToken(given);
  }
  return (await readToken(path.join(home, 'access_token'))) ?? readToken(path.join(home, 'access_token.txt'));
}

async function readToken(file: string): Promise<Token | undefined> {
  const token = (await readFile(file, 'utf8').catch(() => '')).trim();
  return token === '' ? undefined : { kind: 'token', token, from: file };
}

async function findKey(env: Environment, home: string, now: number): Promise<KaggleCredentials> {
  const [username, key] = [textOf(env.KAGGLE_USERNAME), textOf(env.KAGGLE_KEY)];
  if (username !== '' && key !== '') return { kind: 'key', username, key, from: 'KAGGLE_USERNAME and KAGGLE_KEY' };
  for (const folder of configFolders(env, home)) {
    const found = await readKeyFile(path.join(folder, 'kaggle.json'));
    if (found !== undefined) return found;
  }
  return (await readLogin(path.join(home, 'credentials.json'), now)) ?? { kind: 'anonymous' };
}

function configFolders(env: Environment, home: string): string[] {
  if (env.KAGGLE_CONFIG_DIR !== undefined) return [env.KAGGLE_CONFIG_DIR];
  return [home, path.join(env.XDG_CONFIG_HOME ?? path.join(path.dirname(home), '.config'), 'kaggle')];
}

function textOf(value: string | undefined): string {
  return value?.trim() ?? '';
}

const keySchema = z.object({ username: z.string().trim().min(1), key: z.string().trim().min(1) });

async function readKeyFile(file: string): Promise<KaggleCredentials | undefined> {
  const text = await readFile(file, 'utf8').catch((error: unknown) => {
    if (isMissing(error)) return undefined;
    throw new ParameterError(`${file} cannot be read: ${String(error)}. Give yourself permission to read it.`);
  });
  if (text === undefined) return undefined;
  const parsed = keySchema.safeParse(tryJson(text));
  if (!parsed.success) {
    throw new ParameterError(
      `${file} must be {"username": "…", "key": "…"}, as https://www.kaggle.com/settings gives it. Fetch it anew or remove it.`,
    );
  }
  const { mode } = await stat(file);
  const remark = `${file} can be read by others on this machine. Forbid it: chmod 600 ${file}`;
  return { kind: 'key', ...parsed.data, from: file, ...((mode & 0o077) === 0 ? {} : { remark }) };
}

const loginSchema = z.object({ access_token: z.string().min(1), access_token_expiration: z.string() });

/** Its token is used while it lasts; renewing it is for `kaggle auth login`. */
async function readLogin(file: string, now: number): Promise<KaggleCredentials | undefined> {
  const parsed = loginSchema.safeParse(tryJson(await readFile(file, 'utf8').catch(() => '')));
  if (!parsed.success || !(Date.parse(parsed.data.access_token_expiration) > now)) return undefined;
  return { kind: 'token', token: parsed.data.access_token, from: file };
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR');
}
