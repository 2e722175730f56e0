/**
 * What `work` makes of the items, in their order. While one result is looked at the next is under way, and the item after it is
 * being made: of up to two at a time, `work` must keep the order itself where it matters. Ends with the first error.
 */
export async function* overlap<Item, Result>(
  items: Iterable<Item> | AsyncIterable<Item>,
  work: (item: Item) => Promise<Result>,
): AsyncGenerator<Result> {
  let ahead: Promise<Result> | undefined;
  for await (const item of items) {
    const current = ahead;
    ahead = work(item);
    // Whoever takes the result hears of it; when nobody does any more, nobody has to.
    ahead.catch(() => undefined);
    if (current !== undefined) yield await current;
  }
  if (ahead !== undefined) yield await ahead;
}
