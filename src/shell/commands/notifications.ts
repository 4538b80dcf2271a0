import { command } from '../command.ts';
import { notificationTable } from '../views/notifications.ts';

export const showNotifications = command({
  words: ['show', 'notifications'],
  summary: 'Who else was told how operations ended',
  about:
    'The latest first. The manifest says who is told: x-belay.notify.webhooks, and the notify hook. What does not arrive ' +
    'is tried again for two days; no operation waits for it.',
  effect: 'looks',
  examples: ['show notifications', 'show notifications | exclude delivered'],
  parameters: [],
  async run(_values, { client, output, signal, nowMs, answer }) {
    const screen = { width: output.width, nowMs: nowMs(), paint: output.paint };
    return answer(
      await client.notifications(signal),
      (all) => notificationTable(all, screen),
      (all) => [
        all.length === 0
          ? { purpose: 'Whom it names', line: 'show manifest' }
          : { purpose: 'To try out whether they arrive', line: 'test notification' },
      ],
    );
  },
});

export const testNotification = command({
  words: ['test', 'notification'],
  summary: 'Tell everybody who would be told that this is a test',
  about: 'Nothing else happens. Whether it arrived is in: show notifications',
  effect: 'looks',
  examples: ['test notification'],
  parameters: [],
  async run(_values, { client, signal, answer }) {
    return answer(
      await client.testNotification(signal),
      ({ targets }) => [`On its way to ${targets.join(', ')}.`],
      () => [{ purpose: 'Whether it has arrived', line: 'show notifications' }],
    );
  },
});
