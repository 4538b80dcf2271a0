import type { Client } from '../api/client/client.ts';
import { exchangeLogin } from './last-login.ts';
import type { Output } from './output.ts';
import { greetingLines } from './views/greeting.ts';

export interface Guest {
  client: Client;
  /** Null where there are none or several to choose from. */
  appliance: string | null;
  /** How many appliances there are. */
  count: number;
  environment: NodeJS.ProcessEnv;
  output: Output;
  signal: AbortSignal;
}

/** What a session begins with: how things are, or what to type first. */
export async function welcomeLines({
  client,
  appliance,
  count,
  environment,
  output,
  signal,
}: Guest): Promise<string[]> {
  const { strong } = output.paint;
  const login = await exchangeLogin(environment, new Date());
  if (count === 0) {
    return [`Belay looks after nothing yet. Next: ${strong('show containers')}, then ${strong('adopt CONTAINER')}`];
  }
  if (appliance === null) return [`There are several appliances. Next: ${strong('use appliance NAME')}`];
  const system = await client.system(signal).catch(() => null);
  return system ? greetingLines(system, login, { width: output.width, nowMs: Date.now(), paint: output.paint }) : [];
}
