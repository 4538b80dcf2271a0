/** So many calls that each take the engine a moment: more would only wait for each other there. */
export const AT_A_TIME = 32;

/** At most so many at the same time. All that were begun have ended when it does, and the first failure is thrown. */
export async function inTurns<Item>(
  items: readonly Item[],
  atATime: number,
  act: (item: Item) => Promise<void>,
): Promise<void> {
  const failures: unknown[] = [];
  const waiting = items.values();
  const work = async () => {
    for (const item of waiting) {
      await act(item).catch((thrown) => failures.push(thrown));
      if (failures.length > 0) return;
    }
  };
  await Promise.all(Array.from({ length: Math.max(1, Math.min(atATime, items.length)) }, work));
  if (failures.length > 0) throw failures[0];
}
