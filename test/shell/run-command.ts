import type { Client } from '../../src/api/client/client.ts';
import type { Command, ReadValues } from '../../src/shell/command.ts';
import type { Context } from '../../src/shell/context.ts';
import { createPaint } from '../../src/shell/paint.ts';

/** Runs a command against these answers; nobody agrees to anything. */
export async function runCommand(
  command: Command,
  values: ReadValues,
  client: Partial<Client>,
  { yes = false, noWait = true } = {},
) {
  const asked: string[][] = [];
  const context = {
    client,
    options: { yes, json: false, yaml: false, noWait },
    output: { width: 60, paint: createPaint(false) },
    signal: new AbortController().signal,
    nowMs: () => Date.parse('2026-11-21T12:00:00.000Z'),
    confirm: async (lines: string[]) => {
      asked.push(lines);
      return false;
    },
    answer: async () => 0,
  } as unknown as Context;
  const code = await command.run(values, context);
  return { code, asked: asked.flat() };
}
