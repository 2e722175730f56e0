import { appendFile, writeFile } from 'node:fs/promises';
import { z } from 'zod';
import { flow, task } from '../../src/app/flow-api.ts';
import { logArtifact, logParam, setTags } from '../../src/app/tracking/tracking.ts';
import { toRunError } from '../../src/core/errors.ts';
import { byInputs } from '../../src/engine/cache-policy.ts';

/** Tells the secret in every way a task can. */
const tell = task(
  { name: 'tell', runName: 'telling {token}' },
  async ({ token }: { token: string }, { log, progress, artifacts }) => {
    await appendFile('executed', 'tell\n');
    const basic = Buffer.from(`user:${token}`).toString('base64');
    log.info(`token ${token}, twice ${token}${token}`, { [token]: [token], url: encodeURIComponent(token) });
    log.warn(`Authorization: Basic ${basic}`);
    log.info(JSON.stringify({ body: JSON.stringify({ token }) }));
    progress({ done: 1, total: 1, unit: 'tokens', label: token, table: [{ token }] });
    console.log('printed', { token });
    console.error(Buffer.from(token).toString('hex'));
    process.emitWarning(`warned of ${token}`);
    await artifacts.markdown(`note ${token}`, `# ${token}`);
    await artifacts.table('rows', [{ token }]);
    await artifacts.link('link', `https://x.example/?t=${new URLSearchParams({ token }).toString()}`);
    logParam('token', token);
    setTags({ token });
    return { token, basic, [token]: 1 };
  },
);

/** Files with the secret are refused. */
const keep = task({ name: 'keep' }, async ({ token }: { token: string }, { artifacts }) => {
  await writeFile('secret-file', `before ${token} after`);
  const refusals = await Promise.allSettled([
    artifacts.file('file', 'secret-file'),
    artifacts.image('image', Buffer.from(token), 'image/png'),
    logArtifact('secret-file'),
  ]);
  await writeFile('secret-file', '');
  return refusals.map((ended) => (ended.status === 'rejected' ? toRunError(ended.reason).code : 'kept'));
});

const shout = task({ name: 'shout', cache: byInputs }, async ({ token }: { token: string }) => {
  await appendFile('executed', 'shout\n');
  return token.toUpperCase().length > 0 ? `${token}!` : '';
});

const fail = task({ name: 'fail' }, ({ token }: { token: string }, { services }) => {
  if (services.env.LET_PASS === '1') return 'passed';
  throw new Error(`refused: ${token}`, { cause: new TypeError(`because of ${token}`) });
});

const inner = flow(
  { name: 'inner', parameters: z.strictObject({ token: z.string() }), runName: 'inner {token}' },
  async ({ token }) => {
    await appendFile('executed', 'inner\n');
    await shout({ token });
    return { token };
  },
);

const leaky = flow(
  {
    name: 'leaky',
    parameters: z.strictObject({
      token: z.string().min(6),
      pin: z.int().optional(),
      deep: z.array(z.strictObject({ name: z.string() })).default([]),
      plain: z.string().default('${env:NOT_A_REFERENCE}'),
    }),
    runName: 'leaky {token}',
  },
  async ({ token, pin, plain }, { log }) => {
    log.info(`the flow was given ${token} and ${String(pin)}`);
    console.log(JSON.stringify({ pin, list: [token] }));
    process.stdout.write(Buffer.from(`bytes ${token}\n`));
    const told = await tell({ token });
    const kept = await keep({ token });
    const shouted = await shout.map([{ token: `${token}-1` }, { token: `${token}-2` }]);
    const below = await inner({ token });
    const passed = await fail({ token });
    // What a retry reads back is the value and not its reference.
    const same =
      told.token === token && shouted[0] === `${token}-1!` && below.token === token && plain.startsWith('${env');
    return { token, pin, kept, passed, same, length: token.length };
  },
);

const crashing = flow({ name: 'crashing', parameters: z.strictObject({ token: z.string() }) }, async ({ token }) => {
  setTimeout(() => {
    throw new Error(`thrown past everybody: ${token}`);
  }, 0);
  await new Promise((resolve) => setTimeout(resolve, 5_000));
  return null;
});

/** Flows that tell what they should keep to themselves. */
export const secretCatalogue = {
  leaky: { description: 'Tells all', composedOf: ['inner'], load: () => Promise.resolve(leaky) },
  inner: { description: 'A subflow of it', load: () => Promise.resolve(inner) },
  crashing: { description: 'Throws where nobody catches', load: () => Promise.resolve(crashing) },
};
