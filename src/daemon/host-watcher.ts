import type { Logger } from 'pino';
import type { Service } from '../api/server/service.ts';
import type { Turns } from '../reconcile/turns.ts';
import { Watcher } from '../reconcile/watcher.ts';

/** Watches the host for a service: what it finds and does goes into the log and to every open session. */
export function hostWatcher(service: Service, turns: Turns, log: Logger): Watcher {
  return new Watcher({
    world: service.world,
    turns,
    onDrift: (appliance, { appeared, cleared }) => {
      for (const { code, message } of appeared) log.warn({ appliance, code }, message);
      for (const { code, message } of cleared) log.info({ appliance, code }, `no longer: ${message}`);
      service.hub.publish({ type: 'drift', appliance, appeared, cleared });
    },
    onDeed: (appliance, message) => {
      log.info({ appliance }, message);
      service.hub.publish({ type: 'reconciled', appliance, message });
    },
    onTrouble: (appliance, message) => log.warn({ appliance }, message),
  });
}
