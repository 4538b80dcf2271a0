import { abortUpgrade, confirmSystem, extendUpgrade } from '../../src/api/server/running-upgrade.ts';
import type { DataTarget } from '../../src/domain/data-target.ts';
import { change } from '../../src/sequences/change.ts';
import { move } from '../../src/sequences/move.ts';
import { promotion } from '../../src/sequences/promotion.ts';
import { rehearsal } from '../../src/sequences/rehearsal.ts';
import { repair } from '../../src/sequences/repair.ts';
import { restore } from '../../src/sequences/restore.ts';
import { rollback } from '../../src/sequences/rollback.ts';
import { upgrade } from '../../src/sequences/upgrade.ts';
import type { Simulation } from './simulation.ts';

interface SimulatedOperation {
  /** How often it is drawn. */
  weight: number;
  /** The steps that faults aim at; none where it is no operation of Belay's. */
  steps: readonly string[];
  /** What somebody does. Rejects as the daemon refuses. */
  run(simulation: Simulation): Promise<unknown>;
}

const BY = 'simulation';
const UPGRADE_STEPS = upgrade.steps.map(({ name }) => name);
const ROLLBACK_STEPS = rollback.steps.map(({ name }) => name);
const RESTORE_STEPS = restore.steps.map(({ name }) => name);

/** What happens in a simulation: a further operation is one more line. */
export const OPERATIONS = {
  upgrade: {
    weight: 45,
    steps: UPGRADE_STEPS,
    run: ({ machine, daemon, site }) =>
      daemon.ask((service) =>
        service.upgrade(service.appliance(), { version: machine.chance.pick(site.versions), by: BY }),
      ),
  },
  'upgrade that has to be confirmed': {
    weight: 15,
    steps: [...UPGRADE_STEPS, ...ROLLBACK_STEPS],
    run: (simulation) => {
      const { machine, daemon, site } = simulation;
      const confirmWithinMs = machine.chance.between(5_000, 60_000);
      if (machine.chance.happens(0.5)) {
        machine.later(machine.chance.between(3_000, 60_000), () => {
          simulation.ask((service) => confirmSystem(service, service.appliance(), BY));
        });
      }
      return daemon.ask((service) =>
        service.upgrade(service.appliance(), { version: machine.chance.pick(site.versions), confirmWithinMs, by: BY }),
      );
    },
  },
  'upgrade that is aborted or given more time': {
    weight: 8,
    steps: UPGRADE_STEPS,
    run: (simulation) => {
      const { machine, daemon, site } = simulation;
      const intervene = machine.chance.happens(0.6) ? abortUpgrade : extendUpgrade;
      machine.later(machine.chance.between(1, 3_000), () => {
        simulation.ask((service) => {
          const [latest] = service.world.journal.operations(service.appliance().name, 1);
          return intervene(service, latest ?? null, BY, 10_000);
        });
      });
      return daemon.ask((service) =>
        service.upgrade(service.appliance(), { version: machine.chance.pick(site.versions), by: BY }),
      );
    },
  },
  'rollback to the release before': {
    weight: 20,
    steps: ROLLBACK_STEPS,
    run: ({ daemon }) => daemon.ask((service) => service.rollback(service.appliance(), { by: BY })),
  },
  'rollback to any release': {
    weight: 20,
    steps: ROLLBACK_STEPS,
    run: ({ machine, daemon }) =>
      daemon.ask((service) => {
        const appliance = service.appliance();
        const releases = daemon.journal.releases(appliance.name);
        const live = releases.find(({ id }) => id === appliance.active)?.slot;
        const others = releases.filter(({ slot, status }) => slot !== live && status !== 'failed');
        const release = machine.chance.pick(others.length > 0 ? others : releases).id;
        return service.rollback(appliance, { release, by: BY });
      }),
  },
  'rollback to other data, with what only some appliances have': {
    weight: 26,
    steps: ['engines', 'restore-database'],
    run: ({ daemon }) =>
      daemon.ask((service) => {
        const appliance = service.appliance();
        const live = daemon.journal.release(appliance.active)?.slot;
        const [release] = daemon.journal
          .releases(appliance.name)
          .filter(({ slot, status }) => slot !== live && status !== 'failed');
        return service.rollback(appliance, { release: release?.id, by: BY });
      }),
  },
  promotion: {
    weight: 14,
    steps: promotion.steps.map(({ name }) => name),
    run: ({ machine, daemon }) =>
      daemon.ask((service) => {
        const appliance = service.appliance();
        const releases = daemon.journal.releases(appliance.name);
        const active = releases.find(({ id }) => id === appliance.active)?.version;
        const others = releases.filter(({ version, status }) => version !== active && status !== 'failed');
        const release = machine.chance.pick(others.length > 0 ? others : releases).id;
        const confirm = machine.chance.happens(0.2) ? { confirmWithinMs: machine.chance.between(5_000, 60_000) } : {};
        return service.promote(appliance, { release, by: BY, ...confirm });
      }),
  },
  restore: {
    weight: 12,
    steps: RESTORE_STEPS,
    run: ({ machine, daemon }) =>
      daemon.ask((service) => {
        const appliance = service.appliance();
        const slots = daemon.journal.slots(appliance.name);
        const frozen = slots.filter(({ state }) => state === 'frozen');
        const snapshot = machine.chance.pick(frozen.length > 0 ? frozen : slots).id;
        return service.restore(appliance, { snapshot, by: BY });
      }),
  },
  'move the data': {
    weight: 14,
    steps: move.steps.map(({ name }) => name),
    run: ({ machine, daemon }) =>
      daemon.ask((service) => {
        const { chance, disk } = machine;
        const path = chance.pick(['/srv/acme', '/srv/one', '/srv/two']);
        if (chance.happens(0.3) && !disk.at(path)) disk.makeDirectory(path);
        const target: DataTarget = chance.happens(0.6)
          ? { kind: 'bind', path }
          : { kind: 'volume', name: chance.pick(['acme-data', 'moved-one', 'moved-two']) };
        const owner = chance.happens(0.5) ? { uid: 102, gid: 105 } : undefined;
        return service.move(service.appliance(), { target, mount: chance.pick(['/data', '/conf']), owner, by: BY });
      }),
  },
  'the containers of a release that was left are removed': {
    weight: 6,
    steps: [],
    run: ({ machine, daemon }) =>
      daemon.ask(async (service) => {
        const appliance = service.appliance();
        const { id } = machine.chance.pick(daemon.journal.releases(appliance.name));
        const job = await service.snapshots.deleteRelease(appliance, id, BY);
        return service.snapshots.jobs.settled(job.id);
      }),
  },
  'update engines': {
    weight: 14,
    steps: change.steps.map(({ name }) => name),
    run: ({ machine, daemon, site }) =>
      daemon.ask((service) => {
        const name = machine.chance.happens(0.5) ? undefined : machine.chance.pick([...site.agents, null])?.name;
        return service.engines.update(service.appliance(), { name, by: BY });
      }),
  },
  'scale service engines': {
    weight: 12,
    steps: change.steps.map(({ name }) => name),
    run: ({ machine, daemon, site }) =>
      daemon.ask((service) => {
        const group = machine.chance.happens(0.3) ? machine.chance.pick([...site.agents, null])?.name : undefined;
        const count = machine.chance.between(1, 4);
        return service.engines.scale(service.appliance(), { count, group, by: BY });
      }),
  },
  'remove a service engine, or those that were cut off': {
    weight: 5,
    steps: change.steps.map(({ name }) => name),
    run: ({ machine, daemon }) =>
      daemon.ask(async (service) => {
        const appliance = service.appliance();
        if (daemon.journal.orphans(appliance.name).length > 0) {
          const job = await service.snapshots.deleteOrphans(appliance, undefined, BY);
          return service.snapshots.jobs.settled(job.id);
        }
        const { name } = machine.chance.pick(service.active(appliance).services);
        return service.engines.remove(appliance, { name, by: BY });
      }),
  },
  'resume the service engines': {
    weight: 6,
    steps: change.steps.map(({ name }) => name),
    run: ({ daemon }) => daemon.ask((service) => service.engines.resume(service.appliance(), { by: BY })),
  },
  'set env': {
    weight: 10,
    steps: change.steps.map(({ name }) => name),
    run: ({ machine, daemon }) =>
      daemon.ask((service) => {
        const { chance } = machine;
        const appliance = service.appliance();
        const { name } = chance.pick(service.active(appliance).services);
        const variable = { name: chance.pick(['LOG', 'LICENCE', 'DB_PASSWORD']), value: `${chance.between(1, 1_000)}` };
        const set = [{ ...variable, secret: chance.happens(0.3) }];
        return service.configuration.changeEnvironment(appliance, { service: name, set, unset: [], by: BY });
      }),
  },
  'set image': {
    weight: 10,
    steps: [...UPGRADE_STEPS, ...change.steps.map(({ name }) => name)],
    run: ({ machine, daemon, site }) =>
      daemon.ask((service) => {
        const appliance = service.appliance();
        const { name, image } = machine.chance.pick(service.active(appliance).services);
        const reference = `${image.repository}:${machine.chance.pick(site.versions)}`;
        return service.configuration.changeImage(appliance, { service: name, reference, by: BY });
      }),
  },
  rehearsal: {
    weight: 12,
    steps: rehearsal.steps.map(({ name }) => name),
    run: (simulation) => {
      const { machine, daemon, site } = simulation;
      if (machine.chance.happens(0.15)) {
        machine.later(machine.chance.between(1, 3_000), () => {
          simulation.ask((service) => {
            const [latest] = service.world.journal.operations(service.appliance().name, 1);
            return abortUpgrade(service, latest ?? null, BY);
          });
        });
      }
      return daemon.ask((service) =>
        service.rehearse(service.appliance(), { version: machine.chance.pick(site.versions), by: BY }),
      );
    },
  },
  repair: {
    weight: 8,
    steps: repair.steps.map(({ name }) => name),
    run: ({ daemon }) => daemon.ask((service) => service.repair(service.appliance(), { by: BY })),
  },
  'two at once': {
    weight: 6,
    steps: UPGRADE_STEPS,
    run: ({ machine, daemon, site }) =>
      daemon.ask((service) => {
        const [one, other] = [machine.chance.pick(site.versions), machine.chance.pick(site.versions)];
        return Promise.allSettled([
          service.upgrade(service.appliance(), { version: one, by: BY }),
          service.rollback(service.appliance(), { by: BY }),
          service.upgrade(service.appliance(), { version: other, by: BY }),
        ]);
      }),
  },
  'the daemon is restarted': { weight: 4, steps: [], run: async ({ daemon }) => daemon.stop() },
  'the engine is restarted': { weight: 3, steps: [], run: async ({ machine }) => machine.killEngine() },
  'the power is cut': { weight: 4, steps: [], run: async ({ machine }) => machine.cutPower() },
} satisfies Record<string, SimulatedOperation>;

export type OperationName = keyof typeof OPERATIONS;
