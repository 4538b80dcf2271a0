import fc from 'fast-check';
import { expect, test } from 'vitest';
import { readEventStream } from '../../../src/api/client/event-stream.ts';

async function* pieces(parts: readonly string[]): AsyncGenerator<string> {
  for (const part of parts) yield part;
}

async function read(...parts: string[]) {
  return Array.fromAsync(readEventStream(pieces(parts)));
}

test('reads events, and passes over comments and other fields', async () => {
  const text = ': heartbeat\n\nevent: operation\nid: 7\ndata: {"a":1}\n\n: again\n\ndata: plain\n\n';
  expect(await read(text)).toEqual([
    { event: 'operation', data: '{"a":1}', id: '7' },
    { event: 'message', data: 'plain', id: '7' },
  ]);
});

test('joins several data lines and takes one blank after the colon only', async () => {
  expect(await read('data:  one\ndata:two\ndata\n\n')).toEqual([{ event: 'message', data: ' one\ntwo\n' }]);
});

test('does not give out an event that is not finished', async () => {
  expect(await read('data: whole\n\ndata: half\n')).toEqual([{ event: 'message', data: 'whole' }]);
});

test('reads the same whatever the pieces and line ends', async () => {
  const text = 'event: a\ndata: 1\n\nevent: b\ndata: 2\ndata: 3\n\n';
  const whole = await read(text);
  const ends = fc.constantFrom('\n', '\r\n', '\r');
  await fc.assert(
    fc.asyncProperty(ends, fc.array(fc.nat(60), { maxLength: 8 }), async (end, cuts) => {
      const stream = `${text.replaceAll('\n', end)}: end${end === '\r' ? '\n' : end}`;
      const places = [0, ...cuts.map((cut) => cut % stream.length).sort((a, b) => a - b), stream.length];
      const parts = places.slice(1).map((to, index) => stream.slice(places[index], to));
      expect(await read(...parts)).toEqual(whole);
    }),
  );
});

test('gives up on an event without end', async () => {
  const endless = Array.from({ length: 20 }, () => 'x'.repeat(1024 * 1024));
  await expect(read('data: ', ...endless)).rejects.toThrow(RangeError);
});
