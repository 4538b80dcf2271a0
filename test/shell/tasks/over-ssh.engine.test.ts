import { describe, test } from 'vitest';
import { describeOnEngine } from '../../support/on-engine.ts';
import { TestSshd } from '../../support/sshd.ts';
import { expectScreens } from './expect-screens.ts';
import { workingDay } from './working-day.ts';
import { FROZEN_CLOCK, TaskWorld } from './world.ts';

// The same screens as on a terminal of one's own: what ssh says of the terminal is all that the session has to go by.
describeOnEngine('a working day over ssh', () => {
  describe.concurrent('through a real sshd, screen by screen', () => {
    for (const columns of [40, 80, 200]) {
      test(`at ${columns} columns`, { timeout: 300_000 }, async ({ expect, onTestFinished }) => {
        const world = new TaskWorld();
        const sshd = new TestSshd('force-command', { account: 'admin', nodeOptions: [`--import=${FROZEN_CLOCK}`] });
        onTestFinished(async () => {
          await world.close();
          await sshd.stop();
        });
        await world.open();
        await sshd.start(world.settings());
        const screen = await world.sessionOver(sshd, columns);
        await workingDay(screen);
        await expectScreens(screen, columns, expect);
      });
    }
  });
});
