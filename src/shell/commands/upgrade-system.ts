import { carryOut } from '../carry-out.ts';
import { command } from '../command.ts';
import { version } from '../kinds.ts';
import { confirmWithin, force, upgradeInput } from '../parameters.ts';
import { upgradePlanLines } from '../views/plans.ts';

export const upgradeSystem = command({
  words: ['upgrade', 'system'],
  summary: 'Move the appliance to another version',
  about:
    'Shows the plan, asks, and runs it. The new version works on a copy of the data and takes over only when it has ' +
    'proved itself; otherwise the old one comes back by itself. The old version and its data stay for rollback system. ' +
    'With confirm-within it goes back by itself later as well, unless confirm system is typed in time. ' +
    'A version that did not prove itself is quarantined, by its digest: it is only tried again with force.',
  effect: 'changes',
  examples: ['upgrade system 2.1.0', 'upgrade system 2.1.0 confirm-within 10m', 'upgrade system 2.1.0 --yes --no-wait'],
  parameters: [{ name: 'version', kind: version, help: 'The version to run' }, confirmWithin, force],
  async run(values, context) {
    const { client, signal } = context;
    const input = upgradeInput(values);
    return carryOut(context, {
      plan: () => client.upgradePlan(input, signal),
      lines: (plan, screen) => upgradePlanLines(plan, screen, 'without steps'),
      begin: () => client.upgrade(input, signal),
    });
  },
});
