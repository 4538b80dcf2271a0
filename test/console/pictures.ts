import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import type { Stage } from './stage.ts';

const WIDTHS = [320, 800, 1280];
const SCHEMES = ['light', 'dark'] as const;

/** Pictures of the page for the manual: as it is, before a rollback, while one runs, and before it is confirmed. */
export async function takePictures(
  stage: Stage,
  directory: string,
  hold: (point: string) => { release: () => void },
): Promise<void> {
  mkdirSync(directory, { recursive: true });
  const shoot = async (page: Page, name: string, fullPage = false) => {
    await page.waitForTimeout(300);
    await page.screenshot({ path: join(directory, `${name}.png`), fullPage });
  };
  const each = async (name: string, fullPage: boolean, show: (page: Page) => Promise<void>) => {
    for (const width of WIDTHS) {
      for (const scheme of SCHEMES) {
        const page = await stage.open({ width, scheme });
        await page.getByRole('region', { name: 'Newer versions' }).waitFor();
        await show(page);
        await shoot(page, `${name}-${width}-${scheme}`, fullPage);
        await page.context().close();
      }
    }
  };
  await each('overview', true, async () => {});
  await each('rollback', false, async (page) => {
    await page
      .getByRole('button', { name: /^Roll back to 1\.0/ })
      .first()
      .click();
    await page.getByRole('dialog').getByText('Nothing is deleted').waitFor();
  });
  const held = hold('gate:intent');
  await stage.belay.post('/api/cluster/upgrade?appliance=acme', { version: '3.0', confirmWithin: '10m' });
  await each('steps', false, async (page) => {
    await page.getByText('Prove that it works').waitFor();
  });
  held.release();
  await each('confirm', false, async (page) => {
    await page.getByRole('button', { name: 'Confirm 3.0' }).waitFor();
  });
}
