import { join } from 'node:path';
import { untilHealthy } from './healthy.ts';
import { askEngine } from './private-engine/engine-api.ts';
import { programs, startBackground } from './programs.ts';
import type { Making, Stage } from './stage.ts';

const CONTAINER = 'acme';

interface Inspected {
  HostConfig: { PortBindings: Record<string, { HostPort: string }[]> };
}

/** The embedded engine with its sample appliance, in processes of this user. */
export async function openLabStage(reason: string, { directory, belongings, signal }: Making): Promise<Stage> {
  const socketPath = join(directory, 'engine.sock');
  const lab = {
    name: 'the embedded engine',
    args: [programs.lab, '--root', join(directory, 'lab'), '--socket', socketPath, '--seed'],
    env: process.env,
    logPath: join(directory, 'lab.log'),
    isReady: (log: string) => log.includes('lab ready'),
  };
  await startBackground(lab, belongings, signal);
  await untilHealthy(socketPath, CONTAINER, signal);
  const { HostConfig } = await askEngine<Inspected>(socketPath, `/containers/${CONTAINER}/json`);
  const [bindings] = Object.values(HostConfig.PortBindings);
  return {
    dockerHost: `unix://${socketPath}`,
    container: CONTAINER,
    url: `http://127.0.0.1:${bindings?.[0]?.HostPort}`,
    engine: `Engine: the embedded one, because ${reason}. Nothing is installed, and no root is needed.`,
  };
}
