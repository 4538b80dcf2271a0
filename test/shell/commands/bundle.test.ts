import { expect, test } from 'vitest';
import type { Client } from '../../../src/api/client/client.ts';
import { exportBundle, importBundle, mirror } from '../../../src/shell/commands/bundle.ts';
import { runCommand } from '../run-command.ts';

const absent = async (): Promise<never> => {
  throw new Error('There is nothing of that name.');
};
const server = { services: ['server'], reference: 'vendor.example/acme/server:2.0' };

test.each([
  ['a bundle that is not there', importBundle, { file: '/none' }, { importBundlePlan: absent }],
  ['a version that is not there', exportBundle, { version: '9.9', file: '/x' }, { exportBundlePlan: absent }],
  ['a registry that is not there', mirror, { version: '2.0', registry: 'none:1' }, { mirrorPlan: absent }],
])('%s is told before anything is asked', async (_what, command, values, client) => {
  await expect(runCommand(command, values, client)).rejects.toThrow('There is nothing of that name.');
});

test('what is asked says what would come and go where', async () => {
  const exported = { version: '2.0', file: '/x.bundle', images: [server], sizeBytes: 5 << 20 };
  expect(
    await runCommand(exportBundle, { version: '2.0', file: '/x.bundle' }, { exportBundlePlan: async () => exported }),
  ).toEqual({
    code: 3,
    asked: [
      'This fetches the images of 2.0 and writes them to one file.',
      '  File       /x.bundle',
      '  Images     vendor.example/acme/server:2.0',
      '  Size       5 MiB',
      '  What runs  is not touched',
    ],
  });
  const brought = { ...exported, appliance: 'acme', createdAt: '2026-11-20T11:00:00.000Z' };
  const { asked } = await runCommand(importBundle, { file: '/x.bundle' }, { importBundlePlan: async () => brought });
  expect(asked).toContain('  Bundle     acme 2.0, made 1 day ago');
});

test('a mirror that has everything says so, and one that lacks something says what', async () => {
  const ask = async (isThere: boolean) => {
    const image = { reference: server.reference, mirror: 'site:5000/acme/server:2.0', isThere };
    const plan = { version: '2.0', registry: 'site:5000', images: [image] };
    const { asked } = await runCommand(
      mirror,
      { version: '2.0', registry: 'site:5000' },
      { mirrorPlan: async () => plan },
    );
    return asked.join('\n');
  };
  expect(await ask(true)).toMatch(/^All images of 2\.0 are in site:5000 already/);
  expect(await ask(false)).toMatch(/Images +vendor\.example\/acme\/server:2\.0/);
});

test('with --yes nothing is planned for nobody', async () => {
  const job = { id: 'JAAAAAAAAAA' } as Awaited<ReturnType<Client['importBundle']>>;
  const client = { importBundlePlan: absent, importBundle: async () => job };
  expect(await runCommand(importBundle, { file: '/x' }, client, { yes: true })).toEqual({ code: 0, asked: [] });
});
