/** The content of the engine's multiplexed stream, both channels in their order; a cut frame as far as it goes. */
export function demultiplexed(stream: Buffer): Buffer {
  const contents: Buffer[] = [];
  let at = 0;
  while (at + 8 <= stream.length) {
    const sizeBytes = stream.readUInt32BE(at + 4);
    contents.push(stream.subarray(at + 8, at + 8 + sizeBytes));
    at += 8 + sizeBytes;
  }
  return Buffer.concat(contents);
}

const ESCAPE_SEQUENCE = /\x1b(?:\[[0-?]*[ -/]*[@-~]|[\]PX^_][^\x07\x1b]*(?:\x07|\x1b\\)?|[ -/]*[0-~])/g;
const UNPRINTABLE = /[\p{Cc}\p{Cf}\p{Co}\p{Cs}\u2028\u2029]/gu;
const LINE_LIMIT_CHARACTERS = 2000;

/** Its lines without escape sequences, control and bidirectional characters, each at most 2,000 characters long. */
export function printableLines(content: Buffer): string[] {
  const lines = content.toString('utf8').split(/\r?\n/);
  if (lines.at(-1) === '') lines.pop();
  return lines.map((line) =>
    line.replace(ESCAPE_SEQUENCE, '').replaceAll('\t', ' ').replace(UNPRINTABLE, '').slice(0, LINE_LIMIT_CHARACTERS),
  );
}
