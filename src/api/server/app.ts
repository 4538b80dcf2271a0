import type { OpenAPIHono } from '@hono/zod-openapi';
import { redactedChange } from '../../domain/release-diff.ts';
import { projectOf } from '../../sequences/compose-project.ts';
import { containerOwners } from '../../sequences/container-owners.ts';
import type { ConsoleView } from '../contract/console.ts';
import * as routes from '../contract/routes.ts';
import { type AppOptions, baseApp } from './base-app.ts';
import { addChanges } from './change-routes.ts';
import { addCliReleases } from './cli-routes.ts';
import type { CliService } from './cli-service.ts';
import { addConfiguration } from './configuration-routes.ts';
import { addConsole } from './console/console-routes.ts';
import { addEvents } from './event-routes.ts';
import { addImages } from './image-routes.ts';
import { addJournal, type JournalKeeper } from './journal-keeper.ts';
import { addLog } from './log-routes.ts';
import { addManifests } from './manifest-routes.ts';
import { adoptRequest } from './manifests.ts';
import { addMoves } from './move-routes.ts';
import { addNotifications, type Notifier } from './notification-routes.ts';
import { addPromotion } from './promotion-routes.ts';
import { addRehearsal } from './rehearsal-routes.ts';
import { addReleaseDeletion } from './release-deletion-routes.ts';
import { addReleases } from './release-routes.ts';
import { viewReleases } from './release-view.ts';
import { applianceOf, latestOperation, mustOperation, userOf, windowOf } from './request.ts';
import { addRunning } from './running-routes.ts';
import type { Service } from './service.ts';
import { addServiceEngines } from './service-engine-routes.ts';
import { addSnapshots } from './snapshot-routes.ts';
import { viewSystem } from './system-view.ts';
import { addTechSupport } from './tech-support-routes.ts';
import { viewVersions } from './versions-view.ts';

/** What writes nothing into the journal. */
const UNRECORDED = ['/api/journal', '/api/manifest', '/api/tech-support'];

export interface WorkingAppOptions extends AppOptions {
  keeper: JournalKeeper;
  /** Called when an appliance was adopted. */
  onAdopted: () => void;
  courier: Notifier;
  cli: CliService;
  /** Whether the console is to be had, and where. */
  showConsole: () => ConsoleView;
}

/** Every route of the contract, answered by the service. */
export function createApp(service: Service, options: WorkingAppOptions): OpenAPIHono {
  const app = baseApp(options);
  refuseChangesUnrecorded(app, service);
  addReads(app, service);
  addReleases(app, service);
  addOperations(app, service, options);
  addRunning(app, service);
  addRehearsal(app, service);
  addPromotion(app, service);
  addSnapshots(app, service);
  addReleaseDeletion(app, service);
  addImages(app, service);
  addMoves(app, service);
  addChanges(app, service);
  addConfiguration(app, service);
  addServiceEngines(app, service);
  addManifests(app, service);
  addNotifications(app, service, options.courier);
  addEvents(app, service);
  addLog(app, service);
  addConsole(app, options.showConsole);
  addJournal(app, options.keeper);
  addCliReleases(app, options.cli);
  addTechSupport(app, { ...service.daemon, keeper: options.keeper, service });
  app.doc31('/api/openapi.json', {
    openapi: '3.1.0',
    info: { title: 'Belay', version: service.daemon.version, description: 'Upgrade and roll back an appliance.' },
  });
  return app;
}

/** Where the journal cannot be written, that is said before anything is planned. */
function refuseChangesUnrecorded(app: OpenAPIHono, service: Service): void {
  app.use(async (c, next) => {
    const changes = !['GET', 'HEAD'].includes(c.req.method);
    if (changes && !UNRECORDED.some((path) => c.req.path.startsWith(path))) service.world.journal.proveWritable();
    await next();
  });
}

function addReads(app: OpenAPIHono, service: Service): void {
  const { journal, host } = service.world;
  app.openapi(routes.health, (c) => {
    const { version, pid, home } = service.daemon;
    return c.json({ ok: true as const, version, pid, home, recovering: service.isRecovering }, 200);
  });
  app.openapi(routes.listAppliances, (c) =>
    c.json(
      journal.appliances().map((appliance) => ({
        name: appliance.name,
        version: service.active(appliance).version,
        release: appliance.active,
        created: appliance.createdAt.toISOString(),
      })),
      200,
    ),
  );
  app.openapi(routes.listContainers, async (c) => {
    const owners = containerOwners(journal);
    const containers = await host.listContainers();
    return c.json(
      containers.map(({ id, name, image, running, status, labels }) => ({
        id,
        name,
        image,
        running,
        status,
        appliance: owners.get(id) ?? null,
        project: projectOf(labels)?.project ?? null,
        service: projectOf(labels)?.service ?? null,
      })),
      200,
    );
  });
  app.openapi(routes.system, async (c) => c.json(await viewSystem(service, applianceOf(service, c)), 200));
  app.openapi(routes.versions, async (c) => c.json(await viewVersions(service, applianceOf(service, c)), 200));
  app.openapi(routes.upgradeStatus, (c) => {
    const { operation: id } = c.req.valid('query');
    const operation = id ? mustOperation(service, id) : latestOperation(service, c);
    return c.json(operation ? service.view(operation) : null, 200);
  });
  app.openapi(routes.upgradeHistory, (c) => {
    const { limit } = c.req.valid('query');
    return c.json(
      journal.operations(applianceOf(service, c).name, limit).map((one) => service.view(one)),
      200,
    );
  });
  app.openapi(routes.upgradePlan, async (c) => {
    const { version, confirmWithin, force } = c.req.valid('query');
    const request = { version, confirmWithinMs: windowOf(confirmWithin), force, by: userOf(c) };
    return c.json((await service.planUpgrade(applianceOf(service, c), request)).plan, 200);
  });
  app.openapi(routes.rollbackPlan, async (c) => {
    const { release, legacy } = c.req.valid('query');
    const request = { release, legacy, by: userOf(c) };
    const { plan } = await service.planRollback(applianceOf(service, c), request);
    const data = { ...plan.data, backTo: plan.data.backTo?.toISOString() ?? null };
    const joinedSince = plan.joinedSince.map(({ joinedAt, ...each }) => ({ ...each, joined: joinedAt.toISOString() }));
    return c.json({ ...plan, settings: plan.settings.map(redactedChange), data, joinedSince }, 200);
  });
}

function addOperations(app: OpenAPIHono, service: Service, { onAdopted }: WorkingAppOptions): void {
  app.openapi(routes.repairPlan, async (c) => c.json(await service.planRepair(applianceOf(service, c)), 200));
  app.openapi(routes.repair, async (c) =>
    c.json(await service.repair(applianceOf(service, c), { by: userOf(c) }), 202),
  );
  app.openapi(routes.adopt, async (c) => {
    const release = await service.adopt(adoptRequest(c.req.valid('json'), userOf(c)));
    onAdopted();
    const [view] = await viewReleases(service.world.journal, service.sizes, [release]);
    return c.json(view as NonNullable<typeof view>, 201);
  });
  app.openapi(routes.upgrade, async (c) => {
    const { version, confirmWithin, force } = c.req.valid('json');
    const request = { version, confirmWithinMs: windowOf(confirmWithin), force, by: userOf(c) };
    const operation = await service.upgrade(applianceOf(service, c), request);
    return c.json(operation, 202);
  });
  app.openapi(routes.rollback, async (c) => {
    const { release, legacy } = c.req.valid('json') ?? {};
    return c.json(await service.rollback(applianceOf(service, c), { release, legacy, by: userOf(c) }), 202);
  });
}
