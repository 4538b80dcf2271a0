import { describe, expect, test } from 'vitest';
import { rollback } from '../../src/sequences/rollback.ts';
import { upgrade } from '../../src/sequences/upgrade.ts';
import { OPTIONAL_STEPS } from '../support/optional-steps.ts';
import type { FaultKind } from './faults.ts';
import { runSeeds, seedsFrom } from './fleet.ts';
import { PLANTS, type PlantName } from './plants.ts';
import { Tally } from './tally.ts';

const SEEDS = 2_000;
/** Most are found within some hundred; what only a power cut at one instant shows takes a thousand. */
const SEEDS_TO_FIND_A_BUG = 4_000;

const isOfAll = (name: string) => !OPTIONAL_STEPS.includes(name);
const UPGRADE_STEPS = upgrade.steps.filter(({ name }) => isOfAll(name)).map(({ name }) => `upgrade ${name}`);
/** A third of the appliances have hooks. */
const WITH_HOOKS = [
  'upgrade quiesce',
  'upgrade backup',
  'upgrade hand-over',
  'upgrade thaw',
  'rollback restore-database',
];
/** A third of them have agents. Changes are rare: `test/sequences/change.test.ts` kills them at each step. */
const WITH_AGENTS = ['upgrade engines', 'rollback engines', 'change gate'];
/** Slots stay instant here: nothing is unpacked. */
const ROLLBACK_STEPS = rollback.steps
  .filter(({ name }) => name !== 'unpack' && isOfAll(name))
  .map(({ name }) => `rollback ${name}`);
/** A quarter of them have more nodes, and those with hooks take them together. */
const WITH_NODES = ['upgrade nodes'];
const WITH_CALLS = ['upgrade prepare', 'upgrade stop', 'upgrade start', 'upgrade gate'];

/** What has to have struck, and where, or the seeds prove less than they seem to. */
const IMPORTANT: [FaultKind, string[]][] = [
  ['daemon killed', [...UPGRADE_STEPS, ...ROLLBACK_STEPS, ...WITH_HOOKS, ...WITH_AGENTS, ...WITH_NODES]],
  ['power cut', [...UPGRADE_STEPS, 'upgrade engines', ...WITH_NODES]],
  ['node killed', [...WITH_NODES, 'upgrade gate']],
  ['engine killed', WITH_CALLS],
  ['call fails', WITH_CALLS],
];

test(`nothing breaks the promise in ${SEEDS} seeds, and the faults have struck in every step`, async () => {
  const tally = new Tally();
  await runSeeds({
    seeds: seedsFrom(1, SEEDS),
    onReport: (report) => {
      tally.add(report);
      return false;
    },
  });
  console.log(tally.table().join('\n'));
  expect(tally.failed.map(({ seed, violations }) => `npm run soak -- --seed ${seed}: ${violations[0]}`)).toEqual([]);
  expect(tally.seeds).toBe(SEEDS);
  const missed = IMPORTANT.flatMap(([fault, places]) =>
    places.filter((place) => tally.struck(place, fault) === 0).map((place) => `${fault} never struck in ${place}`),
  );
  expect(missed).toEqual([]);
  for (const end of ['upgrade succeeded', 'upgrade rolled-back', 'upgrade failed', 'rollback succeeded']) {
    expect(tally.ends.get(end) ?? 0, end).toBeGreaterThan(SEEDS / 50);
  }
});

test('a seed reproduces a run exactly', async () => {
  const traces = new Map<string, string[]>();
  const seeds = [...seedsFrom(1, 12), ...seedsFrom(1, 12)];
  await runSeeds({
    seeds: seeds[Symbol.iterator](),
    traced: true,
    onReport: ({ seed, trace }) => {
      traces.set(seed, [...(traces.get(seed) ?? []), trace.join('\n')]);
      return false;
    },
  });
  for (const [seed, [first, second]] of traces) expect(second, `seed ${seed}`).toBe(first);
  expect(new Set([...traces.values()].map(([first]) => first)).size).toBe(12);
});

describe('finds', () => {
  test.each(Object.keys(PLANTS) as PlantName[])('%s', async (plant) => {
    const tally = new Tally();
    await runSeeds({
      seeds: seedsFrom(1, SEEDS_TO_FIND_A_BUG),
      plant,
      onReport: (report) => {
        tally.add(report);
        return report.violations.length > 0;
      },
    });
    expect(tally.failed.length).toBe(1);
  });
});
