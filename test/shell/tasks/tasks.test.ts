import { describe, test } from 'vitest';
import { expectScreens } from './expect-screens.ts';
import { workingDay } from './working-day.ts';
import { TaskWorld } from './world.ts';

describe.concurrent('a working day, screen by screen', () => {
  for (const columns of [40, 80, 200]) {
    test(`at ${columns} columns`, { timeout: 300_000 }, async ({ expect, onTestFinished }) => {
      const world = new TaskWorld();
      onTestFinished(() => world.close());
      await world.open();
      const screen = await world.session(columns);
      await workingDay(screen);
      await expectScreens(screen, columns, expect);
    });
  }
});
