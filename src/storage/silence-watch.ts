/** Gives up on a connection over which nothing comes. */
export type SilenceWatch = {
  /** Aborted by the signal it watches over too. */
  readonly signal: AbortSignal;
  /** Something came: the time begins anew. */
  readonly heard: () => void;
  readonly stop: () => void;
};

/** Aborts its own signal once nothing was heard for so long, or when `signal` is aborted. It keeps no process alive. */
export function watchSilence(signal: AbortSignal, silenceMs: number): SilenceWatch {
  const silence = new AbortController();
  const timer = setTimeout(() => {
    silence.abort(new Error(`nothing came for ${Math.round(silenceMs / 1_000)} s`));
  }, silenceMs);
  timer.unref();
  return {
    signal: AbortSignal.any([signal, silence.signal]),
    heard: () => void timer.refresh(),
    stop: () => clearTimeout(timer),
  };
}
