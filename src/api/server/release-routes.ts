import type { OpenAPIHono } from '@hono/zod-openapi';
import { BelayError } from '../../domain/errors.ts';
import { noteNamed } from '../../domain/note.ts';
import type { Appliance, Journal } from '../../domain/ports/journal.ts';
import type { Release } from '../../domain/release.ts';
import { diffReleases } from '../../sequences/diff-releases.ts';
import * as history from '../contract/release-history.ts';
import * as routes from '../contract/routes.ts';
import { viewReleaseDetail, viewReleaseName, viewReleases } from './release-view.ts';
import { applianceOf, userOf } from './request.ts';
import type { Service } from './service.ts';

/** More names than these are of no help to whoever looks for one. */
const MOST_NAMES = 10_000;

/** The history of releases: page by page, by name, and one in full. */
export function addReleases(app: OpenAPIHono, service: Service): void {
  const { journal, clock } = service.world;
  app.openapi(routes.listReleases, async (c) => {
    const appliance = applianceOf(service, c);
    const { limit, before } = c.req.valid('query');
    if (before === undefined) {
      return c.json(await viewReleases(journal, service.sizes, journal.history.page(appliance.name, { limit })), 200);
    }
    const page = { limit, before: releaseNamed(journal, appliance, before).id };
    // Nobody waits for the size of what is so far down.
    return c.json(await viewReleases(journal, service.sizes, journal.history.page(appliance.name, page), 0), 200);
  });
  app.openapi(routes.listReleaseNames, (c) =>
    c.json(journal.history.names(applianceOf(service, c).name, MOST_NAMES).map(viewReleaseName), 200),
  );
  app.openapi(routes.release, async (c) => {
    const release = releaseNamed(journal, applianceOf(service, c), c.req.valid('param').id);
    return c.json(await viewReleaseDetail(journal, service.sizes, release), 200);
  });
  app.openapi(history.releaseDiff, async (c) => {
    const appliance = applianceOf(service, c);
    const from = releaseNamed(journal, appliance, c.req.valid('param').id);
    const to = releaseNamed(journal, appliance, c.req.valid('query').to ?? appliance.active);
    const diff = await diffReleases(service.world, from, to, c.req.raw.signal);
    return c.json({ ...diff, from: viewNamed(diff.from), to: viewNamed(diff.to) }, 200);
  });
  app.openapi(history.noteRelease, async (c) => {
    const release = releaseNamed(journal, applianceOf(service, c), c.req.valid('param').id);
    const text = noteNamed(c.req.valid('json').text);
    journal.history.keepNote(release.id, { text, by: userOf(c), at: clock.now() });
    return c.json(await viewReleaseDetail(journal, service.sizes, release), 200);
  });
}

const viewNamed = ({ release, version, createdAt }: { release: string; version: string; createdAt: Date }) => ({
  release,
  version,
  created: createdAt.toISOString(),
});

/** A release by its id, in either case. `not-found` where the appliance has none of that id. */
function releaseNamed(journal: Journal, appliance: Appliance, named: string): Release {
  const id = named.toUpperCase();
  const release = journal.release(id);
  if (release?.appliance === appliance.name && release.status !== 'candidate') return release;
  throw new BelayError('not-found', `${appliance.name} has no release ${id}.`, {
    hint: 'See what there is: show releases',
  });
}
