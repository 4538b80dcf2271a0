const INIT = 1;
const VERSION = 2;
const STATUS = 101;
/** Where a client has words of its own for a code, as scp has, these are the least wrong. */
const OPERATION_UNSUPPORTED = 8;
const PROTOCOL_VERSION = 3;
/** As much as any request of a client that has only said hello. */
const MOST_BYTES = 64 * 1024;

/**
 * Refuses in SFTP's own words: sshd throws away what a subsystem writes to standard error, so a client would only say
 * that the connection was closed. Says hello, and answers every request with the sentence, until the client leaves.
 */
export async function refuseSftp(
  input: AsyncIterable<Buffer>,
  write: (packet: Buffer) => void,
  sentence: string,
): Promise<void> {
  let rest = Buffer.alloc(0);
  for await (const chunk of input) {
    rest = Buffer.concat([rest, chunk]);
    while (rest.length >= 4) {
      const end = 4 + rest.readUInt32BE(0);
      if (end > MOST_BYTES || end < 9) return;
      if (rest.length < end) break;
      const type = rest.readUInt8(4);
      write(type === INIT ? packet(VERSION, number(PROTOCOL_VERSION)) : status(rest.subarray(5, 9), sentence));
      rest = rest.subarray(end);
    }
  }
}

const status = (id: Buffer, sentence: string): Buffer =>
  packet(STATUS, id, number(OPERATION_UNSUPPORTED), text(sentence), text('en'));

function packet(type: number, ...parts: Buffer[]): Buffer {
  const body = Buffer.concat([Buffer.of(type), ...parts]);
  return Buffer.concat([number(body.length), body]);
}

function number(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}

function text(value: string): Buffer {
  const bytes = Buffer.from(value);
  return Buffer.concat([number(bytes.length), bytes]);
}
