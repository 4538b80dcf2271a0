import { expect, test } from 'vitest';
import { exportSnapshot, importSnapshot } from '../../../src/shell/commands/export-snapshot.ts';
import { runCommand } from '../run-command.ts';

const refuse = async (): Promise<never> => {
  throw new Error('That cannot be done.');
};

test('what cannot be exported or imported is told before anything is asked', async () => {
  const values = { snapshot: 'SAAAAAAAAAA', file: '/x.belay' };
  await expect(runCommand(exportSnapshot, values, { exportPlan: refuse })).rejects.toThrow('That cannot be done.');
  await expect(runCommand(importSnapshot, values, { importPlan: refuse })).rejects.toThrow('That cannot be done.');
});

test('what is asked names the snapshot, and how much is read', async () => {
  const file = '/x.belay';
  const values = { snapshot: 'saaaaaaaaaa', file };
  expect(
    await runCommand(exportSnapshot, values, { exportPlan: async () => ({ snapshot: 'SAAAAAAAAAA', file }) }),
  ).toEqual({ code: 3, asked: ['This writes the snapshot SAAAAAAAAAA to /x.belay.'] });
  const { asked } = await runCommand(importSnapshot, values, {
    importPlan: async () => ({ file, sizeBytes: 5 << 20 }),
  });
  expect(asked.join(' ')).toBe(
    'This reads /x.belay (5 MiB) and keeps what is in it as a snapshot. Nothing that runs is touched.',
  );
});
