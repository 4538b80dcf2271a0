import { once } from 'node:events';
import { existsSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import type { OperationView } from '../../src/api/contract/operation-views.ts';
import type { ReleaseView } from '../../src/api/contract/release-views.ts';
import type { SystemView } from '../../src/api/contract/system-views.ts';
import { violations } from './axe.ts';
import { takePictures } from './pictures.ts';
import { HOSTILE, openStage, type Stage, signIn } from './stage.ts';

const executable = inject('chromium');
const region = (page: Page, name: string | RegExp) => page.getByRole('region', { name });

describe.skipIf(executable === '')('the console, in a browser', () => {
  let stage: Stage;

  beforeAll(async () => {
    stage = await openStage(executable);
  });
  afterAll(async () => {
    expect(stage?.complaints ?? []).toEqual([]);
    await stage?.close();
  });

  const system = () => stage.belay.get<SystemView>('/api/system?appliance=acme');
  const inReleases = (page: Page, version: string) =>
    region(page, 'Releases').getByRole('button', { name: new RegExp(`^Roll back to ${version.replace('.', '\\.')},`) });
  const runs = (page: Page, version: string) =>
    page.getByRole('heading', { level: 1, name: `acme ${version}` }).waitFor();
  const hold = (point: string) => {
    const path = join(stage.belay.holds, point);
    writeFileSync(path, '');
    return { path, isHeld: () => existsSync(`${path}.held`), release: () => rmSync(path, { force: true }) };
  };

  it('lets in who has the token, and nobody else', async () => {
    const page = await (await stage.context()).newPage();
    await page.goto(stage.url);
    await page.getByLabel('Token').fill('not the token');
    await page.keyboard.press('Enter');
    await page.getByRole('alert').getByText('That is not the token.').waitFor();
    expect(await violations(page)).toEqual([]);
    await signIn(page, stage.token);
    await runs(page, '1.0');
    await page.getByText('Running', { exact: true }).waitFor();
    await page.getByRole('button', { name: 'Sign out' }).click();
    await page.getByLabel('Token').waitFor();
    await page.reload();
    await page.getByLabel('Token').waitFor();
    await page.context().close();
  });

  it('upgrades with a countdown, and the confirmation keeps it', async () => {
    const page = await stage.open();
    await region(page, 'Newer versions').getByRole('button', { name: 'Upgrade to 2.0' }).click();
    const dialog = page.getByRole('dialog', { name: 'Upgrade to 2.0?' });
    await dialog.getByText('This takes acme from 1.0 to 2.0.').waitFor();
    await dialog.getByLabel('Go back by itself').selectOption('5m');
    expect(await violations(page)).toEqual([]);
    const held = hold('gate:intent');
    await dialog.getByRole('button', { name: 'Upgrade to 2.0' }).click();
    const live = region(page, 'Upgrade from 1.0 to 2.0');
    await live.getByText('down for').waitFor();
    expect(await page.evaluate(() => document.activeElement?.id)).toBe('operation-title');
    expect(await live.locator('[aria-current=step]').count()).toBe(1);
    await live.getByRole('button', { name: 'Give it 10 more minutes' }).click();
    const extended = async () =>
      (await stage.belay.get<OperationView>('/api/upgrade/status?appliance=acme')).interventions;
    await expect.poll(extended).toMatchObject([{ what: 'extend', addedMs: 600_000, by: 'console' }]);
    expect(await violations(page)).toEqual([]);
    held.release();
    await live.getByText('acme now runs 2.0.').waitFor();
    const question = region(page, 'Does 2.0 work as it should?');
    const first = await question.getByRole('timer').textContent();
    expect(first).toMatch(/^[45]:\d\d$/);
    await expect.poll(() => question.getByRole('timer').textContent(), { timeout: 5_000 }).not.toBe(first);
    expect(await violations(page)).toEqual([]);
    await question.getByRole('button', { name: 'Confirm 2.0' }).click();
    await question.waitFor({ state: 'detached' });
    expect((await system()).confirmation).toBeNull();
    await page.context().close();
  });

  it('aborts an upgrade that runs, once that is confirmed', async () => {
    const page = await stage.open();
    const held = hold('gate:intent');
    await region(page, 'Newer versions').getByRole('button', { name: 'Upgrade to 3.0' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Upgrade to 3.0' }).click();
    const live = region(page, 'Upgrade from 2.0 to 3.0');
    await expect.poll(held.isHeld, { timeout: 60_000 }).toBe(true);
    await live.getByRole('button', { name: 'Abort, and go on with 2.0…' }).click();
    const dialog = page.getByRole('dialog', { name: 'Abort the upgrade?' });
    await dialog.getByText('acme goes on with 2.0 and its data.').waitFor();
    expect(await violations(page)).toEqual([]);
    await dialog.getByRole('button', { name: 'Abort it' }).click();
    await dialog.waitFor({ state: 'detached' });
    held.release();
    await live.getByText('acme is back on 2.0, with its data.').waitFor();
    await live.getByText('Why: The upgrade was aborted by console.').waitFor();
    await page.context().close();
  });

  it('rolls back by keyboard alone, knowing first what that means', async () => {
    const page = await stage.open();
    const button = inReleases(page, '1.0');
    await button.waitFor();
    for (
      let presses = 0;
      presses < 60 && !(await button.evaluate((each) => each === document.activeElement));
      presses++
    ) {
      await page.keyboard.press('Tab');
    }
    await page.keyboard.press('Enter');
    const dialog = page.getByRole('dialog', { name: 'Roll back to 1.0?' });
    await dialog.getByText(/^This takes acme from 2\.0 back to 1\.0 \(R[A-Z]{10}\)\. Nothing is deleted/).waitFor();
    expect(await dialog.getByRole('definition').allTextContents()).toContainEqual(
      expect.stringContaining('changed since'),
    );
    // Enter says no, Escape as well.
    expect(
      await dialog.getByRole('button', { name: 'Cancel' }).evaluate((each) => each === document.activeElement),
    ).toBe(true);
    await page.keyboard.press('Escape');
    await dialog.waitFor({ state: 'detached' });
    expect(await button.evaluate((each) => each === document.activeElement)).toBe(true);
    await page.keyboard.press('Enter');
    await dialog.getByText('This takes acme').waitFor();
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    const live = region(page, 'Rollback from 2.0 to 1.0');
    await live.getByText('acme now runs 1.0.').waitFor();
    await runs(page, '1.0');
    const [active] = await stage.belay.get<ReleaseView[]>('/api/releases?appliance=acme');
    expect(active).toMatchObject({ version: '1.0', by: 'console', status: 'active', origin: 'rollback' });
    // The side that was left is there to return to.
    await inReleases(page, '2.0').waitFor();
    await page.context().close();
  });

  it('says that the connection is lost, and goes on by itself when it is back', async () => {
    const page = await stage.open();
    const held = hold('gate:intent');
    await inReleases(page, '2.0').click();
    await page.getByRole('dialog').getByRole('button', { name: 'Roll back to 2.0' }).click();
    await expect.poll(held.isHeld, { timeout: 60_000 }).toBe(true);
    await stage.belay.kill();
    await page.getByText('What is shown may be old').waitFor();
    expect(await page.getByRole('status').textContent()).toContain('Connection lost');
    expect(await violations(page)).toEqual([]);
    held.release();
    await stage.startDaemon();
    await page.getByText('What is shown may be old').waitFor({ state: 'detached' });
    await runs(page, '2.0');
    await region(page, 'Rollback from 1.0 to 2.0').getByText('acme now runs 2.0.').waitFor();
    await page.context().close();
  });

  it('shows what comes from outside as text', async () => {
    const page = await stage.open();
    await region(page, 'Newer versions').getByRole('button', { name: 'Upgrade to 2.5' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Upgrade to 2.5' }).click();
    const live = region(page, 'Upgrade from 2.0 to 2.5');
    await live.getByText('acme is back on 2.0, with its data.').waitFor();
    expect(await live.locator('pre').textContent()).toContain(HOSTILE);
    expect(await live.locator('pre').textContent()).not.toMatch(/[\u202e\x1b]/);
    await region(page, 'Newer versions').getByText('Quarantined', { exact: true }).waitFor();
    // Every text of every answer, as if a stranger had written it.
    await page.route('**/api/**', async (route) => {
      if (route.request().url().includes('/events')) return route.continue();
      const response = await route.fetch();
      const text = await response.text();
      const tainted = text.replace(
        /"(message|hint|title|by|reason|detail|version|from|to)":"([^"]*)"/g,
        (_all, name, value) => JSON.stringify({ [name]: `${value}${HOSTILE}` }).slice(1, -1),
      );
      return route.fulfill({ response, body: tainted });
    });
    await page.reload();
    await page.getByRole('heading', { level: 1, name: '<img src=x' }).waitFor();
    await region(page, 'Releases').getByRole('button').first().click();
    await page.getByRole('dialog').locator('dt').first().waitFor();
    expect(await page.locator('img[src=x], main script, dialog script').count()).toBe(0);
    await page.unrouteAll({ behavior: 'wait' });
    await page.context().close();
  });

  it('changes nothing for another page, whoever is signed in', async () => {
    const page = await stage.open();
    const release = (await system()).release;
    const foreign = createServer((_request, response) =>
      response.setHeader('content-type', 'text/html').end('<!doctype html><title>elsewhere</title>'),
    ).listen(0, '127.0.0.1');
    await once(foreign, 'listening');
    try {
      const { port } = foreign.address() as AddressInfo;
      const other = await page.context().newPage();
      // Of the same site, as a port is no part of a site: cookies would go along.
      await other.goto(`http://127.0.0.1:${port}/`);
      const answers = await other.evaluate(async (url) => {
        const send = (headers: Record<string, string>, mode: RequestMode) =>
          fetch(`${url}api/cluster/rollback`, {
            method: 'POST',
            credentials: 'include',
            mode,
            headers,
            body: '{}',
          }).then(
            (answer) => answer.type,
            () => 'refused',
          );
        const stream = await fetch(`${url}api/events`, { credentials: 'include' }).then(
          () => 'open',
          () => 'refused',
        );
        const json = await send({ 'content-type': 'application/json' }, 'cors');
        return [json, await send({}, 'no-cors'), stream];
      }, stage.url);
      expect(answers).toEqual(['refused', 'refused', 'refused']);
      const frame = await other.evaluate(async (url) => {
        const made = document.createElement('iframe');
        made.src = url;
        document.body.append(made);
        await new Promise((resolve) => made.addEventListener('load', resolve));
        return made.contentDocument === null;
      }, stage.url);
      expect(frame).toBe(true);
      expect(other.frames()[1]?.url()).not.toBe(stage.url);
    } finally {
      foreign.close();
    }
    // Not the browser alone has refused them.
    expect(stage.belay.output.match(/The request comes from another page/g)?.length).toBeGreaterThanOrEqual(2);
    expect((await system()).release).toBe(release);
    expect((await system()).lastOperation?.to).toBe('2.5');
    await page.context().close();
  });

  it.each([
    ['light', 320],
    ['dark', 320],
    ['light', 1280],
    ['dark', 1280],
  ] as const)('is without barriers and fits: %s, %d pixels', async (scheme, width) => {
    const page = await stage.open({ scheme, width });
    await region(page, 'Newer versions').waitFor();
    await page.locator('.history summary').first().click();
    expect(await violations(page)).toEqual([]);
    expect(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)).toBeLessThanOrEqual(0);
    await page.getByLabel('Appliance').selectOption('base-camp');
    await page.getByRole('heading', { level: 1, name: 'base-camp 1.0' }).waitFor();
    await region(page, 'Newer versions').getByRole('button', { name: 'Upgrade to 3.0' }).click();
    await page.getByRole('dialog').getByText('Way back').waitFor();
    // However long the plan is.
    const toRead = await page
      .getByRole('dialog')
      .evaluate(({ scrollHeight, clientHeight }) => scrollHeight - clientHeight);
    if (width === 320) expect(toRead).toBeGreaterThan(0);
    for (const button of await page.getByRole('dialog').locator('.buttons button').all())
      expect(await button.evaluate((each) => each.getBoundingClientRect().bottom <= innerHeight)).toBe(true);
    expect(await violations(page)).toEqual([]);
    expect(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)).toBeLessThanOrEqual(0);
    await page.context().close();
  });

  it('shows how far each node of a controller is', async () => {
    const page = await stage.open();
    await page.getByLabel('Appliance').selectOption('base-camp');
    await page.getByRole('heading', { level: 1, name: 'base-camp 1.0' }).waitFor();
    // A look that is not answered is nothing that anybody wanted done, and is over by itself.
    await page.route('**/api/system*', (route) => route.abort());
    await page.evaluate(() => document.dispatchEvent(new Event('visibilitychange')));
    const notice = page.getByRole('alert').getByText('This page could not be brought up to date');
    await notice.waitFor();
    await page.unrouteAll({ behavior: 'wait' });
    await notice.waitFor({ state: 'detached', timeout: 10_000 });
    await region(page, 'Newer versions').getByRole('button', { name: 'Upgrade to 2.0' }).click();
    await page.getByRole('dialog').getByText('one at a time').waitFor();
    const { release } = hold('nodes:acted');
    await page.getByRole('dialog').getByRole('button', { name: 'Upgrade to 2.0' }).click();
    const nodes = region(page, 'Upgrade from 1.0 to 2.0').getByRole('list', { name: 'Nodes' });
    await expect
      .poll(() => nodes.getByRole('listitem').allTextContents(), { timeout: 60_000 })
      .toEqual(['camp-1on 2.0', 'camp-2on 2.0']);
    // What has been turned off on the way is no alarm.
    expect(await page.getByRole('list', { name: 'Services' }).count()).toBe(0);
    expect(await violations(page)).toEqual([]);
    release();
    await page.getByRole('heading', { level: 1, name: 'base-camp 2.0' }).waitFor();
    expect(await page.getByRole('list', { name: 'Services' }).getByRole('listitem').count()).toBe(2);
    expect(await page.locator('.operation .facts span').allTextContents()).toEqual([
      expect.stringMatching(/ by console$/),
      expect.stringMatching(/^down for /),
    ]);
    await page.context().close();
  });

  // For the manual, where somebody asks for them.
  const album = process.env['BELAY_SCREENSHOTS'];
  if (album) {
    it('has its picture taken', async () => {
      await takePictures(stage, album, hold);
    });
  }
});
