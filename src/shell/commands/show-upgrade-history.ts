import { command } from '../command.ts';
import { operationTable } from '../views/operation.ts';

const MOST = 100;

export const showUpgradeHistory = command({
  words: ['show', 'upgrade', 'history'],
  summary: 'Upgrades and rollbacks, newest first',
  about: 'The last hundred operations: when, what, how each ended, and how long the appliance was down.',
  effect: 'looks',
  examples: ['show upgrade history'],
  parameters: [],
  async run(_values, { client, output, signal, nowMs, answer }) {
    const screen = { width: output.width, nowMs: nowMs(), paint: output.paint };
    return answer(
      await client.upgradeHistory(MOST, signal),
      (operations) => operationTable(operations, screen),
      ([last]) => (last ? [{ purpose: 'The last one, step by step', line: 'show upgrade status' }] : []),
    );
  },
});
