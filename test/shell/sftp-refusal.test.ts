import { expect, it } from 'vitest';
import { refuseSftp } from '../../src/shell/sftp-refusal.ts';

const INIT = [0, 0, 0, 5, 1, 0, 0, 0, 3];
const REALPATH = [0, 0, 0, 10, 16, 0, 0, 0, 7, 0, 0, 0, 1, 0x2e];

async function answers(bytes: readonly number[], chunkBytes: number): Promise<Buffer[]> {
  async function* chunks(): AsyncGenerator<Buffer> {
    for (let at = 0; at < bytes.length; at += chunkBytes) yield Buffer.from(bytes.slice(at, at + chunkBytes));
  }
  const written: Buffer[] = [];
  await refuseSftp(chunks(), (packet) => written.push(packet), 'No.');
  return written;
}

it.each([1, 3, 1000])('says hello and refuses each request by its number, %i bytes at a time', async (chunkBytes) => {
  const [hello, refusal, ...others] = await answers([...INIT, ...REALPATH], chunkBytes);
  expect(hello).toEqual(Buffer.of(0, 0, 0, 5, 2, 0, 0, 0, 3));
  expect(refusal?.readUInt32BE(0)).toBe((refusal?.length ?? 0) - 4);
  expect([...(refusal?.subarray(4, 13) ?? [])]).toEqual([101, 0, 0, 0, 7, 0, 0, 0, 8]);
  expect(refusal?.toString()).toContain('No.');
  expect(others).toEqual([]);
});

it('leaves at once where this is not SFTP', async () => {
  expect(await answers([...Buffer.from('GET / HTTP/1.0\r\n')], 1000)).toEqual([]);
  expect(await answers([0, 0, 0, 0, 0, 0, 0, 0], 1000)).toEqual([]);
  expect(await answers([], 1)).toEqual([]);
});
