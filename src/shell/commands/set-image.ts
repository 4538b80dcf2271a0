import { carryOut } from '../carry-out.ts';
import { command, type Kind } from '../command.ts';
import { service } from '../kinds.ts';
import { force } from '../parameters.ts';
import { changePlanLines } from '../views/change.ts';
import { upgradePlanLines } from '../views/plans.ts';

const reference: Kind = {
  metavar: 'IMAGE',
  problem: (text) =>
    /^[\w.:/@[\]-]{1,500}$/.test(text) ? null : 'An image is named like registry.example.com/acme/server:2.0.',
  async complete(client, signal) {
    const { services } = await client.configuration(undefined, signal);
    return services.map(({ name, image }) => ({ text: image, help: `${name} has it` }));
  },
};

export const setImage = command({
  words: ['set', 'image'],
  summary: 'Give a service another image',
  about:
    'A new release in which that service runs another image, pinned by its digest and fetched before anything stops; the ' +
    'others go on. The controller, and whatever has data of its own, gets it in an upgrade, on a copy of the data; ' +
    'anything else is exchanged in place. What does not prove itself is taken back. The tag of the ' +
    "controller's image is the version of the appliance. To undo it later: rollback system",
  effect: 'changes',
  examples: ['set image acme/agent:2.1.3 agent', 'set image registry.example.com/acme/server:2.1.0'],
  parameters: [
    { name: 'reference', kind: reference, help: 'The image, with a tag, a digest or both' },
    { name: 'service', kind: service, help: 'The service; the controller where it is left out', optional: true },
    force,
  ],
  run(values, context) {
    const { client, signal } = context;
    const input = {
      reference: values.reference,
      ...(values.service === undefined ? {} : { service: values.service }),
      ...(values.force ? { force: true } : {}),
    };
    return carryOut(context, {
      plan: async () => {
        const planned = await client.imagePlan(input, signal);
        return { ...planned, obstacles: planned.plan.obstacles };
      },
      lines: (planned, screen) =>
        planned.kind === 'upgrade'
          ? upgradePlanLines(planned.plan, screen, 'without steps')
          : changePlanLines(planned.plan, screen),
      begin: () => client.changeImage(input, signal),
    });
  },
});
