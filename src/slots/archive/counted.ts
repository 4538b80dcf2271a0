/** The same bytes, with word of how many have gone by: a file may be most of the data. At most `sizeBytes`. */
export async function* counted(
  content: AsyncIterable<Buffer>,
  sizeBytes: number,
  onBytes: (bytes: number) => void,
): AsyncGenerator<Buffer> {
  let bytes = 0;
  for await (const chunk of content) {
    yield chunk;
    bytes += chunk.length;
    onBytes(Math.min(bytes, sizeBytes));
  }
}
