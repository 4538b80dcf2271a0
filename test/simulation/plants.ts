import type { OperationKind } from '../../src/domain/operation.ts';
import type { Sequence, Step } from '../../src/domain/step.ts';
import { change } from '../../src/sequences/change.ts';
import { install } from '../../src/sequences/install.ts';
import { legacyRollback } from '../../src/sequences/legacy-rollback.ts';
import { move } from '../../src/sequences/move.ts';
import { promotion } from '../../src/sequences/promotion.ts';
import { rehearsal } from '../../src/sequences/rehearsal.ts';
import { repair } from '../../src/sequences/repair.ts';
import { restore } from '../../src/sequences/restore.ts';
import { rollback } from '../../src/sequences/rollback.ts';
import { upgrade } from '../../src/sequences/upgrade.ts';
import type { Storage } from './slots.ts';

type Sequences = Readonly<Record<OperationKind, Sequence>>;

/** The runbooks as they are. */
export const SEQUENCES: Sequences = {
  ...{ upgrade, rollback, restore, repair, install, move, rehearsal, promotion, change },
  'legacy-rollback': legacyRollback,
};

/** A bug that the simulation must find: a checker that has never failed proves nothing. */
interface Plant {
  sequences?: Sequences;
  storage?: Partial<Storage>;
}

function changed(name: string, otherwise: (step: Step) => Partial<Step>): Sequences {
  const inSequence = (sequence: Sequence): Sequence => ({
    ...sequence,
    steps: sequence.steps.map((step) => (step.name === name ? { ...step, ...otherwise(step) } : step)),
  });
  return {
    upgrade: inSequence(upgrade),
    rollback: inSequence(rollback),
    restore: inSequence(restore),
    repair: inSequence(repair),
    install: inSequence(install),
    move: inSequence(move),
    rehearsal: inSequence(rehearsal),
    promotion: inSequence(promotion),
    change: inSequence(change),
    'legacy-rollback': inSequence(legacyRollback),
  };
}

export const PLANTS = {
  'the delta is skipped': {
    sequences: changed('delta', ({ run }) => ({
      run: (context) => run({ ...context, slots: withCall(context.slots, 'bringLevel', async () => {}) }),
    })),
  },
  'the new version is given the data of the old one': {
    sequences: changed('prepare', ({ run }) => ({
      run(context) {
        const mounts = context.from.services[0]?.mounts ?? [];
        const services = context.to.services.map((service) => ({ ...service, mounts }));
        return run({ ...context, to: { ...context.to, services } });
      },
    })),
  },
  'the clone is not flushed before the commit': {
    sequences: changed('commit', ({ run }) => ({
      run: (context) => run({ ...context, slots: withCall(context.slots, 'flush', async () => {}) }),
    })),
  },
  'restart policies are left on': {
    sequences: changed('stop', ({ run }) => ({
      check: async () => false,
      run: (context) => run({ ...context, host: withCall(context.host, 'setRestartPolicy', async () => {}) }),
    })),
  },
  'the old version is not stopped': {
    sequences: changed('stop', ({ run }) => ({
      run: (context) => run({ ...context, host: withCall(context.host, 'stopInstance', async () => {}) }),
    })),
  },
  'nothing is taken back after a failed start': { sequences: changed('start', () => ({ revert: async () => {} })) },
  'the gate lets everything pass': { sequences: changed('gate', () => ({ run: async () => {} })) },
  'the restart policy is not given back': { sequences: changed('restart-policy', () => ({ run: async () => {} })) },
  'a failed clone is left where it is': { sequences: changed('pre-copy', () => ({ revert: async () => {} })) },
  'the delta of a node is skipped': {
    sequences: changed('nodes', ({ run }) => ({
      run: (context) => run({ ...context, slots: withCall(context.slots, 'bringLevel', async () => {}) }),
    })),
  },
  'pages that are mapped are not flushed before the clone is begun': { storage: { forgetsToFlush: true } },
  'renamed directories are not flushed': { storage: { forgetsRenames: true } },
} satisfies Record<string, Plant>;

export type PlantName = keyof typeof PLANTS;

/** The same object with one of its methods replaced. */
function withCall<T extends object>(object: T, name: keyof T, call: unknown): T {
  return new Proxy(object, {
    get: (target, key) => {
      if (key === name) return call;
      const value = Reflect.get(target, key) as unknown;
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
}
