import { clusterOf } from '../domain/cluster.ts';
import { BelayError } from '../domain/errors.ts';
import type { LegacyProcedure } from '../domain/legacy.ts';
import type { Obstacle, RollbackPlan } from '../domain/plan.ts';
import { DEFAULT_POLICY, type Policy } from '../domain/policy.ts';
import type { World } from '../domain/ports/world.ts';
import { controllerOf, type Release } from '../domain/release.ts';
import { hasOwnData, type ServiceSpec } from '../domain/service-spec.ts';
import type { Step } from '../domain/step.ts';
import { compareVersions, isVersion } from '../domain/version.ts';
import { followingFacts } from './following.ts';
import { findInstance, mustFindInstance } from './instances.ts';
import { controllerNodes } from './legacy-nodes.ts';
import type { PlannedRollback } from './plan-rollback.ts';
import { planUpgrade } from './plan-upgrade.ts';
import { plannedSteps } from './planned-steps.ts';
import { servicesAsWanted } from './services-as-wanted.ts';

const ANSWER_WITHIN_MS = 30_000;

/** Whether the vendor's procedure is the way back from what runs, where nobody has chosen another one. */
export const isLegacy = ({ legacy }: Policy, { version }: Release): boolean =>
  legacy !== null && compareVersions(version, legacy.below) < 0;

/**
 * What going back by the vendor's procedure would do, and what stands in its way: on a copy of every node's data. Changes
 * nothing. `refused` where the manifest has none, or where nothing tells to which version it goes.
 */
export async function planLegacy(
  world: World,
  active: Release,
  { by }: { by: string },
  steps: readonly Step[],
  signal?: AbortSignal,
): Promise<PlannedRollback> {
  const policy = world.journal.appliance(active.appliance)?.policy ?? DEFAULT_POLICY;
  const procedure = policy.legacy;
  if (!procedure) {
    throw new BelayError(
      'refused',
      `The manifest of ${active.appliance} has no procedure of its vendor to go back by.`,
      {
        hint: 'See what it says: show manifest',
      },
    );
  }
  const version = await previousVersion(world, active, procedure, signal);
  const services = await servicesAsWanted(world, active, signal);
  const chosen = {
    services,
    found: services.map(({ image }) => ({ image, alreadyHere: true })),
    kept: await goingOn(world, active, services),
    command: 'rollback system legacy',
  };
  const wish = { version, by, chosen, isLegacy: true } as const;
  const { plan: copying, candidate } = await planUpgrade(world, active, wish, [], signal);
  const release: Release = {
    ...candidate.release,
    origin: 'rollback',
    services: candidate.release.services.map((spec) => becoming(spec, version)),
  };
  const engines = release.services.filter(({ role }) => role === 'engine').map(({ name }) => name);
  const following = engines.length > 0 ? { engines, maxUnavailable: null } : null;
  const cluster = clusterOf(release.services);
  const nodes = controllerNodes(release);
  const { command, deadlineMs } = procedure;
  const plan: RollbackPlan = {
    appliance: active.appliance,
    from: { release: active.id, version: active.version },
    to: { release: null, version },
    steps: plannedSteps(steps, { from: active, to: release }, following ? [] : ['followed']),
    legacy: { command, deadlineMs, nodes: nodes.map(({ name }) => name) },
    cluster,
    engines: following,
    joinedSince: [],
    kept: [],
    downtimeForecastMs: copying.downtimeForecastMs,
    data: {
      isNone: copying.mounts.every(({ treatment }) => treatment === 'shared'),
      backTo: null,
      changes: { added: 0, changed: 0, removed: 0, sample: [] },
      keptWith: active.id,
      unpacked: null,
    },
    externalData: null,
    settings: [],
    warnings: [
      ...outsideWarnings(policy),
      ...copying.warnings.filter((warning) => !warning.includes("gets today's data")),
    ],
    obstacles: [...copying.obstacles, ...nodes.flatMap(unproven)],
  };
  const facts = { procedure, kept: chosen.kept, ...(cluster ? { cluster } : {}), ...followingFacts(following) };
  return { plan, candidate: { ...candidate, release }, facts };
}

/** What runs inside becomes another version; the image stays. */
const becoming = (spec: ServiceSpec, version: string): ServiceSpec =>
  spec.role === 'app' ? spec : { ...spec, softwareVersion: version };

/** The services whose containers go on untouched: all that have neither data nor a part in it. */
async function goingOn(world: World, active: Release, services: readonly ServiceSpec[]): Promise<string[]> {
  const others = services.filter((spec) => ['engine', 'app'].includes(spec.role) && !hasOwnData(spec));
  const instances = await Promise.all(others.map((spec) => findInstance(world, active, spec)));
  return others.filter((_, index) => instances[index] !== null).map(({ name }) => name);
}

/** What the controller itself says, or else the release before. */
async function previousVersion(
  world: World,
  active: Release,
  { previousVersionCommand }: LegacyProcedure,
  signal?: AbortSignal,
): Promise<string> {
  if (!previousVersionCommand) {
    for (let { previous } = active; previous; ) {
      const before = world.journal.release(previous);
      if (before && compareVersions(before.version, active.version) < 0) return before.version;
      previous = before?.previous ?? null;
    }
    throw new BelayError(
      'refused',
      `To which version the vendor's procedure goes back from ${active.version} is not known.`,
      {
        hint: 'Say in the manifest how to ask: x-belay.legacy.previous_version_command. Then: apply manifest FILE',
      },
    );
  }
  const instance = await mustFindInstance(world, active, controllerOf(active), signal);
  const { output, exitCode } = await world.host.exec(instance.id, previousVersionCommand, ANSWER_WITHIN_MS, signal);
  const said = output.trim().split('\n')[0]?.trim() ?? '';
  const named = said.split(/\s+/).findLast((word) => isVersion(word) && /\d/.test(word));
  if (exitCode === 0 && named && named !== active.version) return named;
  const answer = said === '' ? `code ${exitCode}` : `"${said}"`;
  throw new BelayError(
    'refused',
    `${active.version} does not name a version that it could go back to: it answers ${answer}.`,
    {
      hint: 'See what runs: show system',
    },
  );
}

const outsideWarnings = ({ data, hooks }: Policy): string[] =>
  data === 'external' || hooks.backup !== undefined
    ? ["What the vendor's procedure does to the external database is not taken back, and no hook is run."]
    : [];

function unproven({ name, gate }: ServiceSpec): Obstacle[] {
  if (gate.versionCommand) return [];
  const message = `${name} has no version command: nothing would tell that it came up on the version before.`;
  return [
    { code: 'refused', message, hint: 'Say it in the manifest: x-belay.version_command. Then: apply manifest FILE' },
  ];
}
