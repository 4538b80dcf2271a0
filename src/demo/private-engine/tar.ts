/** A file, directory or symbolic link of an image. */
export interface TarEntry {
  /** Without a leading slash. A directory ends in `/`. */
  path: string;
  content?: Buffer | string;
  mode?: number;
  linkTo?: string;
}

const BLOCK = 512;

function header(entry: TarEntry, sizeBytes: number): Buffer {
  const block = Buffer.alloc(BLOCK);
  const isDirectory = entry.path.endsWith('/');
  const octal = (value: number, length: number) => `${value.toString(8).padStart(length - 1, '0')}\0`;
  if (Buffer.byteLength(entry.path) > 100) throw new Error(`path too long for a plain tar header: ${entry.path}`);
  block.write(entry.path, 0);
  block.write(octal(entry.mode ?? (isDirectory ? 0o755 : 0o644), 8), 100);
  block.write(octal(0, 8), 108);
  block.write(octal(0, 8), 116);
  block.write(octal(sizeBytes, 12), 124);
  block.write(octal(0, 12), 136);
  block.write('        ', 148);
  block.write(entry.linkTo !== undefined ? '2' : isDirectory ? '5' : '0', 156);
  block.write(entry.linkTo ?? '', 157);
  block.write('ustar\0' + '00', 257);
  const sum = block.reduce((total, byte) => total + byte, 0);
  block.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
  return block;
}

/** A tar archive with everything owned by root and no times, so that equal entries make equal bytes. */
export function tar(entries: TarEntry[]): Buffer {
  const blocks: Buffer[] = [];
  for (const entry of entries) {
    const content = Buffer.from(entry.content ?? '');
    blocks.push(header(entry, content.length), content);
    blocks.push(Buffer.alloc((BLOCK - (content.length % BLOCK)) % BLOCK));
  }
  return Buffer.concat([...blocks, Buffer.alloc(2 * BLOCK)]);
}
