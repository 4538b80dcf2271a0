import { command } from '../command.ts';
import { exitCode, ShellError } from '../failure.ts';
import { wrap } from '../width.ts';

export const abortUpgrade = command({
  words: ['abort', 'upgrade'],
  alias: ['abort', 'installation'],
  summary: 'Take the running upgrade back, or the running installation',
  about:
    'Whatever the upgrade waits for, it goes back: the old version serves on, or comes back with its data. A rollback ' +
    'can be aborted only until it begins to stop what runs. After an upgrade has taken over: rollback system. ' +
    'Of an installation nothing is left.',
  effect: 'changes',
  examples: ['abort upgrade', 'abort upgrade --yes'],
  parameters: [],
  async run(_values, { client, output, options, signal, confirm, follow, answer }) {
    const running = await client.upgradeStatus(undefined, signal);
    if (!options.yes && running?.state === 'running') {
      const { kind, appliance, from, to } = running;
      const what =
        kind === 'install'
          ? `This aborts the installation of ${appliance} ${to}: all that it has made goes again.`
          : `This aborts the ${kind} of ${appliance} to ${to}: ${from} stays, or comes back with its data.`;
      if (!(await confirm(wrap(what, output.width)))) return exitCode.refused;
    }
    const operation = await client.abortUpgrade(signal);
    if (options.noWait) {
      return answer(operation, ({ id }) => [`${id} goes back. To watch it: show upgrade status watch`]);
    }
    const code = await follow(operation);
    const ended = code === exitCode.failed ? await client.upgradeStatus(operation.id, signal) : null;
    if (code === exitCode.done) throw new ShellError('refused', `The ${operation.kind} was over before.`);
    // It did what was asked for, though not what it was begun for.
    return ended?.state === 'failed' || ended?.state === 'rolled-back' ? exitCode.done : code;
  },
});
