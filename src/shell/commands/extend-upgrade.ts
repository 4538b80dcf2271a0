import { command } from '../command.ts';
import { exitCode } from '../failure.ts';
import { duration } from '../kinds.ts';
import { wrap } from '../width.ts';

export const extendUpgrade = command({
  words: ['extend', 'upgrade'],
  summary: 'Give the new version more time to get healthy',
  about:
    'The gate takes an upgrade back that is not healthy in time. While the log or the data of the new version moves it ' +
    'waits by itself, up to its limit; this adds to both. The journal keeps who did it.',
  effect: 'changes',
  examples: ['extend upgrade 10m', 'extend upgrade 1h30m'],
  parameters: [{ name: 'duration', kind: duration, help: 'How much more' }],
  async run(values, { client, output, signal, confirm, answer }) {
    const running = await client.upgradeStatus(undefined, signal);
    // Where nothing runs there is nothing to ask: the daemon says so.
    if (running?.state === 'running') {
      const what = `This gives the ${running.kind} of ${running.appliance} to ${running.to} ${values.duration} more to get healthy.`;
      if (!(await confirm(wrap(what, output.width)))) return exitCode.refused;
    }
    const operation = await client.extendUpgrade({ duration: values.duration }, signal);
    return answer(operation, ({ appliance, to }) => [
      output.paint.good(`The upgrade of ${appliance} to ${to} has ${values.duration} more.`),
      `To watch it: ${output.paint.strong('show upgrade status watch')}`,
    ]);
  },
});
