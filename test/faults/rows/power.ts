import type { Fault } from '../fault.ts';
import { THROUGHOUT } from '../places.ts';
import type { Stage } from '../stage.ts';
import { pause } from '../waiting.ts';

/** Everything that was not flushed is gone, and so is every process; then the host comes up again. */
async function cutPower(stage: Stage): Promise<void> {
  const disks = [stage.disks?.data, stage.disks?.state];
  await Promise.all(disks.map((disk) => disk?.cutPower()));
  await stage.belay.kill('SIGKILL');
  await stage.engine.powerOff();
  await Promise.all(disks.map((disk) => disk?.remount()));
}

/**
 * After a reboot, before any daemon: what the engine has brought up by itself may be the active release,
 * where that was not being left.
 */
async function mayRun(stage: Stage, step: string, phase: string): Promise<void> {
  await pause(1_500);
  const names = (await stage.engine.docker(['ps', '--format', '{{.Names}}'])).split('\n').filter(Boolean);
  if (names.length > 1) throw new Error(`the engine brought up ${names.join(' and ')} by itself`);
  const isInSwitch = ['delta', 'start', 'gate', 'commit'].includes(step) || (step === 'stop' && phase !== 'intent');
  if (isInSwitch && names.length > 0 && !phase.startsWith('revert')) {
    throw new Error(`the engine brought up ${names.join()} by itself in mid-switch`);
  }
}

export const POWER: readonly Fault[] = [
  {
    row: 5,
    name: 'power cut',
    quick: { scenario: 'upgrade', step: 'commit', phase: 'done' },
    at: THROUGHOUT,
    phases: ['before', 'acted', 'done'],
    stage: { ownDisks: true },
    end: 'table',
    strike: async (stage, go, { step, phase }) => {
      await cutPower(stage);
      go();
      await stage.engine.start();
      await mayRun(stage, step, phase);
      await stage.start();
    },
  },
  {
    row: 28,
    name: 'host reboot',
    quick: { scenario: 'upgrade', step: 'start', phase: 'intent' },
    at: THROUGHOUT,
    end: 'table',
    strike: async (stage, go, { step, phase }) => {
      await stage.belay.kill('SIGKILL');
      await stage.engine.reboot();
      await mayRun(stage, step, phase);
      go();
      await stage.start();
    },
  },
];
