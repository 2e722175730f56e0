import { expect, test } from '@jest/globals';
import { z } from 'zod';
import { byInputs, cacheBy } from '../../../src/engine/cache-policy.ts';
import { createFlowApi } from '../../../src/engine/flow-api.ts';
import type { AnyFlow } from '../../../src/engine/flow-options.ts';
import { skip } from '../../../src/engine/skip.ts';
import { task } from '../../../src/engine/task.ts';

type Services = { readonly dataDir: string };
const api = createFlowApi<Services>();

test('the compiler knows what tasks and flows take and give', () => {
  type Status = { readonly kind: 'current'; readonly version: string } | { readonly kind: 'missing' };
  const check = api.task(
    { name: 'check', cache: byInputs, retries: { limit: 2 }, runName: 'check {url}' },
    async ({ url }: { url: string }, { services }): Promise<Status> =>
      Promise.resolve(url === services.dataDir ? { kind: 'missing' } : { kind: 'current', version: url }),
  );
  const maybe = task({ name: 'maybe' }, ({ now }: { now: boolean }) => (now ? { at: 1 } : skip('later')));
  const nothing = task({ name: 'nothing' }, () => {
    expect(true).toBe(true);
  });
  const keyed = task({ name: 'keyed', cache: cacheBy(({ a }: { a: number }) => ({ a })) }, ({ a }: { a: number }) =>
    String(a),
  );

  const collect = api.flow(
    { name: 'collect', parameters: z.object({ source: z.string(), force: z.boolean().default(false) }) },
    async ({ source, force }, { services }) => {
      const status = await check({ url: source + services.dataDir });
      const skipped = await maybe({ now: force });
      // @ts-expect-error a skipped task gives null
      expect(() => skipped.at).toThrow();
      const none = await nothing();
      expect(none satisfies null).toBeNull();
      const many = await keyed.map([{ a: 1 }]);
      expect(many satisfies string[]).toBeDefined();
      // @ts-expect-error a wrong input
      void check({ url: 5 });
      return status satisfies Status;
    },
  );
  const anyFlow: AnyFlow<Services> = collect;
  expect(anyFlow.name).toBe('collect');
  const inFlow = () => {
    void collect({ source: 'x' });
    // @ts-expect-error a parameter that the schema does not know
    void collect({ source: 'x', forced: true });
  };
  expect(inFlow).toThrow('outside of a flow run');

  // @ts-expect-error a result that is not JSON
  task({ name: 'dated' }, () => new Date(0));
  // @ts-expect-error an input that is not JSON
  task({ name: 'pixels' }, ({ pixels }: { pixels: Map<string, string> }) => pixels.size);
});
