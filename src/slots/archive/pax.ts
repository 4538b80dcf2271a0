import { damaged } from './tar-entry.ts';

/** Reads the records of an extended header, `LENGTH KEY=VALUE\n` each. Keys and values are bytes in latin1. */
export function readPax(block: Buffer): Map<string, string> {
  const records = new Map<string, string>();
  for (let position = 0; position < block.length; ) {
    const blank = block.indexOf(0x20, position);
    const digits = blank < 0 ? '' : block.toString('latin1', position, blank);
    const length = /^[1-9]\d{0,8}$/.test(digits) ? Number(digits) : 0;
    const end = position + length;
    const equals = block.indexOf(0x3d, blank + 1);
    if (length === 0 || end > block.length || block[end - 1] !== 0x0a || equals < 0 || equals >= end) {
      throw damaged('an extended header cannot be read');
    }
    records.set(block.toString('latin1', blank + 1, equals), block.toString('latin1', equals + 1, end - 1));
    position = end;
  }
  return records;
}

/** Writes records as `readPax` reads them. */
export function writePax(records: readonly [string, string][]): Buffer {
  const parts = records.map(([key, value]) => {
    const rest = ` ${key}=${value}\n`;
    // The length counts its own digits.
    let length = rest.length + 1;
    while (String(length).length + rest.length !== length) length = String(length).length + rest.length;
    return `${length}${rest}`;
  });
  return Buffer.from(parts.join(''), 'latin1');
}
