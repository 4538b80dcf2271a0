import type { Kind } from './command.ts';

const NAME = /^[A-Za-z0-9][A-Za-z0-9_.-]{0,62}$/;

/** A service engine or a helper: whatever is not the controller, those that are behind first. */
export const follower: Kind = {
  metavar: 'NAME',
  problem: (text) => (NAME.test(text) ? null : 'An engine or a helper has a name, as in: show system'),
  async complete(client, signal) {
    const services = (await client.system(signal)).services.filter(({ role }) => role !== 'controller');
    return services
      .toSorted((a, b) => Number(b.awaits !== null) - Number(a.awaits !== null))
      .map(({ name, role, image, state, awaits }) => {
        const waits = awaits ? `; ${awaits.image.split(':').at(-1)} waits` : '';
        return { text: name, help: `${role}, ${image.split(':').at(-1)}, ${state}${waits}` };
      });
  },
};
