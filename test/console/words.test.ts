import { expect, test } from 'vitest';
import type { ReleaseView } from '../../src/api/contract/release-views.ts';
import { rollbackSentence } from '../../src/console/views/plans.ts';
import { buildOf, dataOf } from '../../src/console/words.ts';

test('the question before a rollback names the release, as there may be several of its version', () => {
  const to = { version: '1.0', release: 'RBBBBBBBBBB' };
  const sentence = (version: string) =>
    rollbackSentence({ appliance: 'acme', from: { version, release: 'RAAAAAAAAAA' }, to });
  expect(sentence('2.0')).toBe(
    'This takes acme from 2.0 back to 1.0 (RBBBBBBBBBB). Nothing is deleted: you can return.',
  );
  expect(sentence('1.0')).toContain('from 1.0 (RAAAAAAAAAA) back to 1.0 (RBBBBBBBBBB).');
});

test('builds are as long as at the prompt, and sizes stay in one line', () => {
  expect(buildOf({ digest: 'sha256:f0c1d15276a18b70f18127b0e34a806f' })).toBe('f0c1d15');
  expect(dataOf({ data: { state: 'frozen', sizeBytes: 12_288 } } as ReleaseView)).toBe('kept, 12\u00a0KiB');
});
