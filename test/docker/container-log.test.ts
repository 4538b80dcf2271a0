import fc from 'fast-check';
import { expect, test } from 'vitest';
import { framesOf } from '../../src/docker/container-log.ts';
import { frame } from '../../src/lab/logs.ts';

async function* inPieces(whole: Buffer, sizes: readonly number[]): AsyncGenerator<Buffer> {
  let at = 0;
  for (let turn = 0; at < whole.length; turn++) {
    const size = sizes[turn % sizes.length] ?? 1;
    yield whole.subarray(at, at + size);
    at += size;
  }
}

test('frames are found however the stream is cut', async () => {
  const text = fc.string({ maxLength: 40 });
  await fc.assert(
    fc.asyncProperty(
      fc.array(text),
      fc.array(fc.integer({ min: 1, max: 30 }), { minLength: 1 }),
      async (texts, sizes) => {
        const whole = Buffer.concat(texts.map((each) => frame('stdout', each)));
        const found = await Array.fromAsync(framesOf(inPieces(whole, sizes)));
        expect(found.map(({ content }) => content.toString('utf8'))).toEqual(
          texts.map((each) => Buffer.from(each).toString('utf8')),
        );
      },
    ),
  );
});

test('a stream that is no such stream is given up before it fills the memory', async () => {
  const reading = Array.fromAsync(framesOf(inPieces(Buffer.from('plain text, and more of it'), [8])));
  await expect(reading).rejects.toMatchObject({ code: 'engine-failed' });
});
