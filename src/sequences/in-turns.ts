/** At most so many at the same time. All that were begun have ended when it does, and the first failure is thrown. */
export async function inTurns<Item>(
  items: readonly Item[],
  atATime: number,
  act: (item: Item) => Promise<void>,
): Promise<void> {
  const waiting = [...items];
  const failures: unknown[] = [];
  const work = async () => {
    for (let item = waiting.shift(); item !== undefined && failures.length === 0; item = waiting.shift()) {
      await act(item).catch((thrown) => failures.push(thrown));
    }
  };
  await Promise.all(Array.from({ length: Math.max(1, Math.min(atATime, items.length)) }, work));
  if (failures.length > 0) throw failures[0];
}
