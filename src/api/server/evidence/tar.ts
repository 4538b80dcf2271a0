const BLOCK_BYTES = 512;

export interface TarFile {
  /** Relative, at most 100 bytes. */
  name: string;
  content: string | Buffer;
}

/** A ustar archive of plain files that only their owner may read. */
export function tarOf(files: readonly TarFile[], at: Date): Buffer {
  const blocks = files.flatMap(({ name, content }) => {
    const body = Buffer.from(content);
    const padding = Buffer.alloc((BLOCK_BYTES - (body.length % BLOCK_BYTES)) % BLOCK_BYTES);
    return [header(name, body.length, at), body, padding];
  });
  return Buffer.concat([...blocks, Buffer.alloc(2 * BLOCK_BYTES)]);
}

function header(name: string, sizeBytes: number, at: Date): Buffer {
  const block = Buffer.alloc(BLOCK_BYTES);
  const octal = (value: number, digits: number) => `${value.toString(8).padStart(digits, '0')}\0`;
  if (Buffer.byteLength(name) > 100) throw new RangeError(`the name ${name} is too long for a tar archive`);
  block.write(name, 0);
  block.write(octal(0o600, 7), 100);
  block.write(octal(0, 7), 108);
  block.write(octal(0, 7), 116);
  block.write(octal(sizeBytes, 11), 124);
  block.write(octal(Math.floor(at.getTime() / 1000), 11), 136);
  block.write(' '.repeat(8), 148);
  block.write('0', 156);
  block.write('ustar\x0000', 257);
  let sum = 0;
  for (const byte of block) sum += byte;
  block.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
  return block;
}
