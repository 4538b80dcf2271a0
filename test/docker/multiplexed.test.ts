import { expect, it } from 'vitest';
import { demultiplexed, printableLines } from '../../src/docker/multiplexed.ts';

function frame(channel: number, text: string): Buffer {
  const header = Buffer.alloc(8);
  header[0] = channel;
  header.writeUInt32BE(Buffer.byteLength(text), 4);
  return Buffer.concat([header, Buffer.from(text)]);
}

it('joins both channels in their order', () => {
  const stream = Buffer.concat([frame(1, 'out\n'), frame(2, 'errör\n'), frame(1, ''), frame(1, 'end')]);
  expect(demultiplexed(stream).toString()).toBe('out\nerrör\nend');
});

it('takes a frame that was cut as far as it goes', () => {
  const stream = Buffer.concat([frame(1, 'whole\n'), frame(1, 'cut in two')]);
  expect(demultiplexed(stream.subarray(0, -4)).toString()).toBe('whole\ncut in');
  expect(demultiplexed(stream.subarray(0, 18)).toString()).toBe('whole\n');
});

it('leaves nothing in a line that a terminal would act on', () => {
  const lines = [
    '\u001b[31mred\u001b[0m and \u001b]0;title\u0007plain',
    '\u001bP1;2qsixel\u001b\\after',
    'over\rwritten\b\u0000\u009b1m',
    'right\u202eto\u2066left',
    'tab\there',
    '',
    'ünïcödé ✓',
  ];
  expect(printableLines(Buffer.from(`${lines.join('\n')}\r\n`))).toEqual([
    'red and plain',
    'after',
    'overwritten1m',
    'righttoleft',
    'tab here',
    '',
    'ünïcödé ✓',
  ]);
});

it('cuts a line that has no end', () => {
  expect(printableLines(Buffer.alloc(100_000, 'x'))[0]).toHaveLength(2000);
});
