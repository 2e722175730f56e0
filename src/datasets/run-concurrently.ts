/**
 * Applies `work` to all items, at most `limit` at once, results in the order of the items. Rejects with the first error,
 * or the signal's reason, after the work under way has ended.
 */
export async function runConcurrently<Item, Result>(
  items: readonly Item[],
  limit: number,
  signal: AbortSignal,
  work: (item: Item, index: number) => Promise<Result>,
): Promise<Result[]> {
  const results = new Array<Result>(items.length);
  const queue = items.entries();
  const failures: unknown[] = [];
  const runLane = async () => {
    for (const [index, item] of queue) {
      if (failures.length > 0 || signal.aborted) return;
      try {
        results[index] = await work(item, index);
      } catch (error) {
        failures.push(error);
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(limit, items.length) }, runLane));
  if (failures.length > 0) throw failures[0];
  signal.throwIfAborted();
  return results;
}
