/** A tar member by hand, byte by byte, so that what no tar would write can be written. */
export interface Handmade {
  name: string;
  type?: string;
  linkName?: string;
  mode?: number;
  content?: string | Buffer;
  /** What the header says, where that is not the truth. */
  sizeBytes?: number;
  /** Records of an extended header before it. */
  pax?: Record<string, string>;
}

const field = (value: number, length: number) => `${value.toString(8).padStart(length - 1, '0')}\0`;

function block(member: Handmade, sizeBytes: number): Buffer {
  const header = Buffer.alloc(512);
  header.write(member.name, 0, 100, 'latin1');
  header.write(field(member.mode ?? 0o644, 8), 100);
  header.write(field(0, 8), 108);
  header.write(field(0, 8), 116);
  header.write(field(sizeBytes, 12), 124);
  header.write(field(1_700_000_000, 12), 136);
  header.write(member.type ?? '0', 156, 'latin1');
  header.write(member.linkName ?? '', 157, 100, 'latin1');
  header.write('ustar\x0000', 257, 'latin1');
  let sum = 8 * 32;
  for (const [index, byte] of header.entries()) if (index < 148 || index >= 156) sum += byte;
  header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
  return header;
}

const padded = (content: Buffer) => Buffer.concat([content, Buffer.alloc((512 - (content.length % 512)) % 512)]);

export function handmade(member: Handmade): Buffer {
  const content = Buffer.from(member.content ?? '');
  const own = Buffer.concat([block(member, member.sizeBytes ?? content.length), padded(content)]);
  if (!member.pax) return own;
  const records = Object.entries(member.pax).map(([key, value]) => {
    let length = `${key}=${value}`.length + 3;
    while (String(length).length + `${key}=${value}`.length + 2 !== length) length++;
    return `${length} ${key}=${value}\n`;
  });
  const body = Buffer.from(records.join(''), 'latin1');
  return Buffer.concat([block({ name: 'pax', type: 'x' }, body.length), padded(body), own]);
}

export const handmadeTar = (...members: Handmade[]): Buffer =>
  Buffer.concat([...members.map(handmade), Buffer.alloc(1024)]);
