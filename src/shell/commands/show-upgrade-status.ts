import { command } from '../command.ts';
import { operationLines, titleOf } from '../views/operation.ts';

export const showUpgradeStatus = command({
  words: ['show', 'upgrade', 'status'],
  summary: 'The steps of the running operation, or of the last one',
  about: 'Every step with its progress, and why it ended as it did. With watch it stays until the operation ends.',
  effect: 'looks',
  examples: ['show upgrade status', 'show upgrade status watch'],
  parameters: [{ name: 'watch', flag: true, help: 'Stay until it ends' }],
  async run(values, { client, output, options, signal, nowMs, answer, follow }) {
    const operation = await client.upgradeStatus(undefined, signal);
    if (values.watch && operation?.state === 'running') {
      if (!options.json && !options.yaml)
        output.lines([`${output.paint.strong(titleOf(operation))}, by ${operation.by}`]);
      return follow(operation);
    }
    const screen = { width: output.width, nowMs: nowMs(), paint: output.paint };
    return answer(operation, (seen) => operationLines(seen, screen));
  },
});
