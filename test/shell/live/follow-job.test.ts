import { expect, test } from 'vitest';
import type { Client } from '../../../src/api/client/client.ts';
import { importBundle } from '../../../src/shell/commands/bundle.ts';
import { runCommand } from '../run-command.ts';

test('a daemon that goes away in the middle of a job leaves nothing of it', async () => {
  const job = { id: 'JAAAAAAAAAA', kind: 'import-bundle', state: 'running' } as Awaited<
    ReturnType<Client['importBundle']>
  >;
  const client = {
    importBundle: async () => job,
    job: async () => {
      throw Object.assign(new Error('It went away.'), { code: 'no-daemon', hint: 'show upgrade status' });
    },
  };
  await expect(runCommand(importBundle, { file: '/x' }, client, { yes: true, noWait: false })).rejects.toMatchObject({
    code: 'no-daemon',
    hint: expect.stringMatching(/cleared away .* type the command again\.$/),
  });
});
