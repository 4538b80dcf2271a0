import { expect, test } from 'vitest';
import { createPaint } from '../../src/shell/paint.ts';
import { operationLines } from '../../src/shell/views/operation.ts';
import { serviceEngineTable } from '../../src/shell/views/service-engines.ts';
import { rollBackMany } from '../support/many-engines.ts';

const FEW = 50;
/** As many as there is time for; with `ENGINES=1000` a thousand. */
const MANY = Number(process.env['ENGINES'] ?? 250);
const MEBIBYTE = 1024 ** 2;

test('many service engines go back together: bounded calls, memory and news, and each costs what one of a few does', {
  timeout: 240_000,
}, async () => {
  const few = await rollBackMany(FEW);
  const many = await rollBackMany(MANY);
  expect(many.engines.map(({ state, version }) => `${state} ${version}`)).toEqual(Array(MANY).fill('up 1.0'));
  expect(many.mostOpen).toBeLessThanOrEqual(128);
  // The same calls for each, and not more of them the more there are.
  expect(many.calls / MANY / (few.calls / FEW)).toBeLessThan(1.05);
  expect(many.grownBytes).toBeLessThan(400 * MEBIBYTE);
  const { events, engines } = many;
  // Ten a second, and each outcome.
  expect(events.length).toBeLessThan(many.tookMs / 100 + 2 * many.ended.steps.length + 5);
  expect(Math.max(...events.map((event) => JSON.stringify(event).length))).toBeLessThan(16_384);
  expect(events.at(-1)).toMatchObject({ type: 'operation', operation: { state: 'succeeded' } });
  const screen = { width: 80, nowMs: Date.now(), paint: createPaint(false) };
  expect(operationLines(many.ended, screen).length).toBeLessThan(40);
  expect(serviceEngineTable(engines, screen).at(-1)).toBe(`${MANY} up`);
});
