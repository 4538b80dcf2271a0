/** What several streams give, in the order in which it comes; ends when all have, and fails when one does. */
export async function* merged<Item>(streams: readonly AsyncGenerator<Item>[]): AsyncGenerator<Item> {
  type Turn = { stream: AsyncGenerator<Item>; result: IteratorResult<Item> };
  const turn = async (stream: AsyncGenerator<Item>): Promise<Turn> => ({ stream, result: await stream.next() });
  const waiting = new Map(streams.map((stream) => [stream, turn(stream)]));
  while (waiting.size > 0) {
    const { stream, result } = await Promise.race(waiting.values());
    if (result.done) waiting.delete(stream);
    else {
      waiting.set(stream, turn(stream));
      yield result.value;
    }
  }
}
