import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import type { Stage } from './stage.ts';

const ALL = [320, 800, 1280].flatMap((width) => [
  { width, scheme: 'light' } as const,
  { width, scheme: 'dark' } as const,
]);
const SOME = [{ width: 320, scheme: 'light' } as const, { width: 800, scheme: 'dark' } as const];

/** Pictures of the page for the manual: as it is, before a rollback, while one runs, and before it is confirmed. */
export async function takePictures(
  stage: Stage,
  directory: string,
  hold: (point: string) => { release: () => void },
): Promise<void> {
  mkdirSync(directory, { recursive: true });
  const each = async (name: string, screens: readonly (typeof ALL)[number][], show: (page: Page) => Promise<void>) => {
    for (const { width, scheme } of screens) {
      const page = await stage.open({ width, scheme });
      await page.getByRole('region', { name: 'Newer versions' }).waitFor();
      await show(page);
      await page.waitForTimeout(300);
      await page.screenshot({ path: join(directory, `${name}-${width}-${scheme}.png`) });
      await page.context().close();
    }
  };
  await each('overview', ALL, async () => {});
  await each('rollback', ALL, async (page) => {
    await page
      .getByRole('button', { name: /^Roll back to 1\.0/ })
      .first()
      .click();
    await page.getByRole('dialog').getByText('Nothing is deleted').waitFor();
  });
  const held = hold('gate:intent');
  await stage.belay.post('/api/cluster/upgrade?appliance=acme', { version: '3.0', confirmWithin: '10m' });
  await each('steps', SOME, async (page) => {
    await page.locator('.operation').getByText('Prove that it works').waitFor();
  });
  held.release();
  await each('confirm', SOME, async (page) => {
    await page.getByRole('button', { name: 'Confirm 3.0' }).waitFor();
  });
}
