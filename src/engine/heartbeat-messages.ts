/** What the thread that renews a lease is told. */
export type HeartbeatOrder = { readonly type: 'stop' } | { readonly type: 'attempt'; readonly attempt: number };

/** What it reports: another attempt than its own has taken over, or why the registry could not be written. */
export type HeartbeatReport =
  { readonly type: 'lost'; readonly attempt: number } | { readonly type: 'trouble'; readonly message: string };
