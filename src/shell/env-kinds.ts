import { nameProblem, valueProblem } from '../api/contract/env-text.ts';
import type { Kind } from './command.ts';

/** A variable of an environment: offered are those that are set. */
export const variable: Kind = {
  metavar: 'NAME',
  problem: nameProblem,
  async complete(client, signal) {
    const { services } = await client.configuration(undefined, signal);
    const places = new Map<string, string[]>();
    for (const { name: service, env } of services)
      for (const { name } of env) places.set(name, [...(places.get(name) ?? []), service]);
    return [...places].map(([text, names]) => ({ text, help: `set on ${names.join(', ')}` }));
  },
};

export const variableValue: Kind = {
  metavar: 'VALUE',
  problem: valueProblem,
  complete: async () => [],
};

/** Both in one word, as shells write them. */
export const assignment: Kind = {
  metavar: 'NAME=VALUE',
  problem(text) {
    const { name, value } = assigned(text);
    return nameProblem(name) ?? (value === null ? 'A variable is set as in: LOG_LEVEL=debug' : valueProblem(value));
  },
  complete: async () => [],
};

export function assigned(text: string): { name: string; value: string | null } {
  const cut = text.indexOf('=');
  return cut < 0 ? { name: text, value: null } : { name: text.slice(0, cut), value: text.slice(cut + 1) };
}
