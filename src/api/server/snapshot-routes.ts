import type { OpenAPIHono } from '@hono/zod-openapi';
import { BelayError } from '../../domain/errors.ts';
import { mustSnapshot } from '../../sequences/plan-restore.ts';
import * as routes from '../contract/snapshot-routes.ts';
import { applianceOf, userOf } from './request.ts';
import type { Service } from './service.ts';
import { type Seen, viewJob, viewSnapshotDetail, viewSnapshots } from './snapshot-view.ts';

/** What is done with snapshots. */
export function addSnapshots(app: OpenAPIHono, service: Service): void {
  const { snapshots, world } = service;
  const { jobs } = snapshots;
  const seen = (): Seen => ({ world, sizes: service.sizes, running: jobs.running() });
  const mustJob = (id: string) => {
    const found = jobs.job(id.toUpperCase());
    if (found) return found;
    throw new BelayError('not-found', `There is no job ${id}.`, { hint: 'See what there is: show snapshots' });
  };
  app.openapi(routes.listSnapshots, async (c) =>
    c.json(await viewSnapshots(seen(), applianceOf(service, c).name), 200),
  );
  app.openapi(routes.snapshot, async (c) => {
    const appliance = applianceOf(service, c);
    const slot = mustSnapshot(world.journal, appliance.name, c.req.valid('param').id);
    return c.json(await viewSnapshotDetail(seen(), service.active(appliance), slot), 200);
  });
  app.openapi(routes.deleteSnapshot, async (c) => {
    const job = await snapshots.delete(applianceOf(service, c), c.req.valid('param').id, userOf(c));
    return c.json(viewJob(mustJob(job.id)), 202);
  });
  app.openapi(routes.exportPlan, async (c) => {
    const { file } = c.req.valid('query');
    return c.json(await snapshots.planExport(applianceOf(service, c), c.req.valid('param').id, file), 200);
  });
  app.openapi(routes.importPlan, async (c) => {
    const { file } = c.req.valid('query');
    return c.json({ file, sizeBytes: await world.archives.sizeOf(file) }, 200);
  });
  app.openapi(routes.exportSnapshot, (c) => {
    const { file } = c.req.valid('json');
    const job = snapshots.export(applianceOf(service, c), c.req.valid('param').id, file, userOf(c));
    return c.json(viewJob(mustJob(job.id)), 202);
  });
  app.openapi(routes.importSnapshot, (c) => {
    // On a bare host there is none yet: the file brings it.
    const isBare = world.journal.appliances().length === 0;
    const job = snapshots.import(isBare ? null : applianceOf(service, c), c.req.valid('json'), userOf(c));
    return c.json(viewJob(mustJob(job.id)), 202);
  });
  app.openapi(routes.job, (c) => c.json(viewJob(mustJob(c.req.valid('param').id)), 200));
  app.openapi(routes.abortJob, async (c) => {
    const { job } = mustJob(c.req.valid('param').id);
    await jobs.stop(({ id }) => id === job.id, `It was aborted by ${userOf(c)}.`);
    return c.json(viewJob(mustJob(job.id)), 200);
  });
  app.openapi(routes.restorePlan, async (c) => {
    const { snapshot, mount } = c.req.valid('query');
    const { plan } = await service.planRestore(applianceOf(service, c), { snapshot, mount, by: userOf(c) });
    const takenAt = plan.snapshot.takenAt?.toISOString() ?? null;
    return c.json({ ...plan, snapshot: { ...plan.snapshot, takenAt } }, 200);
  });
  app.openapi(routes.restore, async (c) =>
    c.json(await service.restore(applianceOf(service, c), { ...c.req.valid('json'), by: userOf(c) }), 202),
  );
}
