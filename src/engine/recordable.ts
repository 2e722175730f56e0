import type { Skip } from './skip.ts';

/**
 * What a task or flow may take and return: plain JSON. Objects must be `type` aliases, because a TypeScript `interface` has
 * no implicit index signature; members that are undefined are left out of the record.
 */
export type Recordable =
  null | boolean | number | string | readonly Recordable[] | { readonly [key: string]: Recordable | undefined };

/** What a function without a result returns, and the input of a task that takes none, so that it can be left out. */
export type Nothing = ReturnType<() => void>;

/** What a body may return: something recordable, nothing, or `skip(reason)`. */
export type BodyResult = Recordable | Skip | undefined | Nothing;

/** What a caller gets, now or from the record of an earlier attempt: nothing and skipped are null. */
export type Recorded<Returned> = Returned extends Skip | undefined | Nothing ? null : Returned;
