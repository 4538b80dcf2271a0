import type { Confirmation } from '../../domain/confirmation.ts';
import { BelayError } from '../../domain/errors.ts';
import { newOperationId, type OperationId } from '../../domain/ids.ts';
import type { Operation, OperationFacts, OperationKind } from '../../domain/operation.ts';
import type { Obstacle, RepairPlan } from '../../domain/plan.ts';
import type { BundleStore } from '../../domain/ports/bundle-store.ts';
import type { ImageLibrary } from '../../domain/ports/image-library.ts';
import type { ImageRegistry } from '../../domain/ports/image-registry.ts';
import type { Appliance, NewOperation } from '../../domain/ports/journal.ts';
import type { World } from '../../domain/ports/world.ts';
import type { Release } from '../../domain/release.ts';
import type { Sequence } from '../../domain/step.ts';
import { heldBy, outdated } from '../../domain/takeover.ts';
import { planRepair, waitingToBeMade } from '../../reconcile/plan-repair.ts';
import type { Turns } from '../../reconcile/turns.ts';
import type { Interventions } from '../../runner/interventions.ts';
import type { Runner } from '../../runner/runner.ts';
import { type AdoptRequest, adopt } from '../../sequences/adopt.ts';
import type { Candidate } from '../../sequences/candidate.ts';
import { currentServices } from '../../sequences/current-services.ts';
import { type PlannedChange, planChange } from '../../sequences/plan-change.ts';
import type { PlannedImage } from '../../sequences/plan-image.ts';
import { type InstallRequest, planInstall } from '../../sequences/plan-install.ts';
import { isLegacy, planLegacy } from '../../sequences/plan-legacy.ts';
import { type MoveRequest, type PlannedMove, planMove } from '../../sequences/plan-move.ts';
import { type PlannedPromotion, type PromotionWish, planPromotion } from '../../sequences/plan-promotion.ts';
import { type PlannedRehearsal, planRehearsal } from '../../sequences/plan-rehearsal.ts';
import { type PlannedRestore, planRestore } from '../../sequences/plan-restore.ts';
import { type PlannedRollback, planRollback, type RollbackRequest } from '../../sequences/plan-rollback.ts';
import { type PlannedUpgrade, planUpgrade, type UpgradeWish } from '../../sequences/plan-upgrade.ts';
import type { OperationView } from '../contract/operation-views.ts';
import { ConfigurationService } from './configuration-service.ts';
import { EventHub } from './event-hub.ts';
import { ImageService } from './image-service.ts';
import { refuseObstacles } from './obstacles.ts';
import { viewOperation } from './operation-view.ts';
import { ServiceEngines } from './service-engines.ts';
import { SlotSizes } from './slot-sizes.ts';
import { SnapshotService } from './snapshot-service.ts';

export interface ServiceOptions {
  world: World;
  registry: ImageRegistry;
  library: ImageLibrary;
  bundles: BundleStore;
  sequences: Readonly<Record<OperationKind, Sequence>>;
  daemon: { version: string; pid: number; startedAt: Date; home: string };
  turns: Turns;
}

/** What the daemon can do, behind the routes: plans are made and refused here, operations begin here. */
export class Service {
  readonly world: World;
  readonly registry: ImageRegistry;
  readonly daemon: ServiceOptions['daemon'];
  readonly hub = new EventHub();
  readonly sizes: SlotSizes;
  /** What keeps an appliance from going back that was not confirmed, in one sentence. */
  readonly troubles = new Map<string, string>();
  readonly snapshots: SnapshotService;
  readonly images: ImageService;
  readonly configuration: ConfigurationService;
  readonly engines: ServiceEngines;
  readonly #sequences: ServiceOptions['sequences'];
  readonly #turns: Turns;
  #runner: Runner | null = null;
  #isRecovering = true;

  constructor(options: ServiceOptions) {
    this.world = options.world;
    this.registry = options.registry;
    this.daemon = options.daemon;
    this.sizes = new SlotSizes(options.world.slots);
    this.snapshots = new SnapshotService(options.world);
    const { world, library, bundles } = options;
    this.images = new ImageService({ ...world, library, bundles }, this.snapshots.jobs);
    this.#sequences = options.sequences;
    this.#turns = options.turns;
    this.configuration = new ConfigurationService({
      ...{ world, sequences: options.sequences },
      active: (appliance) => this.active(appliance),
      carryOut: (appliance, by, plan) => this.#carryOut(appliance, by, plan),
    });
    this.engines = new ServiceEngines({
      world,
      steps: options.sequences.change.steps,
      active: (appliance) => this.active(appliance),
      change: (appliance, by, plan) => this.change(appliance, by, plan),
    });
  }

  get interventions(): Interventions {
    return this.#mustRunner().interventions;
  }

  /** The runner reports to this service, so it is made after it. */
  attach(runner: Runner): void {
    this.#runner = runner;
  }

  /** What an earlier daemon left unfinished has ended. */
  recovered(): void {
    this.#isRecovering = false;
  }

  get isRecovering(): boolean {
    return this.#isRecovering;
  }

  /** The one named, or the only one. */
  appliance(name?: string): Appliance {
    const { journal } = this.world;
    const all = journal.appliances();
    if (all.length === 0) {
      throw new BelayError('not-found', 'Belay looks after nothing yet.', {
        hint: 'Take over a running container: adopt CONTAINER',
      });
    }
    if (name === undefined) {
      if (all.length === 1) return all[0] as Appliance;
      throw new BelayError(
        'ambiguous',
        `There are ${all.length} appliances: ${all.map((one) => one.name).join(', ')}.`,
        {
          hint: `Name one: belay --appliance ${(all[0] as Appliance).name}`,
        },
      );
    }
    const found = journal.appliance(name);
    if (found) return found;
    throw new BelayError('not-found', `There is no appliance named ${name}.`, {
      hint: 'See what there is: show appliances',
    });
  }

  active(appliance: Appliance): Release {
    const release = this.world.journal.release(appliance.active);
    if (!release) throw new BelayError('internal', `The journal lacks the active release ${appliance.active}.`);
    return release;
  }

  async adopt(request: AdoptRequest): Promise<Release> {
    const release = await adopt(this.world, request);
    this.hub.publish({ type: 'adopted', appliance: release.appliance, release: release.id, by: request.by });
    return release;
  }

  /** Accepts the installation of an appliance that does not exist yet. */
  async install(request: InstallRequest): Promise<OperationView> {
    const [latest] = this.world.journal.operations(request.name, 1);
    if (latest?.state === 'running') throw heldBy(latest);
    const { release, slot, facts, steps, obstacles } = await planInstall(
      this.world,
      request,
      this.#sequences.install.steps,
    );
    refuseObstacles(obstacles);
    const { appliance, id, by } = release;
    return this.#start({ kind: 'install', appliance, from: id, by, steps, to: release, slot, facts });
  }

  async planUpgrade(appliance: Appliance, request: UpgradeWish): Promise<PlannedUpgrade> {
    return planUpgrade(this.world, this.active(appliance), request, this.#sequences.upgrade.steps);
  }

  async planRollback(appliance: Appliance, request: RollbackRequest): Promise<PlannedRollback> {
    const active = this.active(appliance);
    const { release, legacy = release === undefined && isLegacy(appliance.policy, active) } = request;
    if (legacy && release !== undefined) {
      throw new BelayError('invalid-input', "The vendor's procedure decides by itself where it goes back to.", {
        hint: 'Name a release, or type: rollback system legacy',
      });
    }
    if (legacy) return planLegacy(this.world, active, request, this.#sequences['legacy-rollback'].steps);
    return planRollback(this.world, active, request, this.#sequences.rollback.steps);
  }

  async planRestore(
    appliance: Appliance,
    request: { snapshot: string; mount?: string | undefined; by: string },
  ): Promise<PlannedRestore> {
    return planRestore(this.world, this.active(appliance), request, this.#sequences.restore.steps);
  }

  async planMove(appliance: Appliance, request: MoveRequest): Promise<PlannedMove> {
    return planMove(this.world, this.active(appliance), request, this.#sequences.move.steps);
  }

  async move(appliance: Appliance, request: MoveRequest): Promise<OperationView> {
    return this.#afterRetention(appliance, async () => {
      const { plan, candidate, facts } = await this.planMove(appliance, request);
      return this.#begin('move', candidate, plan, request.by, facts);
    });
  }

  async upgrade(appliance: Appliance, request: UpgradeWish): Promise<OperationView> {
    const { by, confirmWithinMs } = request;
    return this.#afterRetention(appliance, async () => {
      const { plan, candidate, facts } = await this.planUpgrade(appliance, request);
      const confirm = confirmWithinMs === undefined ? {} : { confirmWithinMs };
      return this.#begin('upgrade', candidate, plan, by, { ...confirm, ...facts });
    });
  }

  async planPromotion(appliance: Appliance, request: PromotionWish): Promise<PlannedPromotion> {
    return planPromotion(this.world, this.active(appliance), request, this.#sequences.promotion.steps);
  }

  async promote(appliance: Appliance, request: PromotionWish): Promise<OperationView> {
    const { by, confirmWithinMs } = request;
    return this.#afterRetention(appliance, async () => {
      const { plan, candidate, facts } = await this.planPromotion(appliance, request);
      const confirm = confirmWithinMs === undefined ? {} : { confirmWithinMs };
      return this.#begin('promotion', candidate, plan, by, { ...confirm, ...facts });
    });
  }

  /** Accepts a change: a new release on the same data, in which only some services are exchanged. */
  async change(appliance: Appliance, by: string, plan: () => Promise<PlannedChange>): Promise<OperationView> {
    return this.#carryOut(appliance, by, async () => ({ kind: 'change', planned: await plan() }));
  }

  async #carryOut(appliance: Appliance, by: string, plan: () => Promise<PlannedImage>): Promise<OperationView> {
    return this.#afterRetention(appliance, async () => {
      const { kind, planned } = await plan();
      return this.#begin(kind, planned.candidate, planned.plan, by, planned.facts);
    });
  }

  async planRehearsal(appliance: Appliance, request: { version: string; by: string }): Promise<PlannedRehearsal> {
    return planRehearsal(this.world, this.active(appliance), request, this.#sequences.rehearsal.steps);
  }

  async rehearse(appliance: Appliance, request: { version: string; by: string }): Promise<OperationView> {
    return this.#afterRetention(appliance, async () => {
      const { plan, candidate } = await this.planRehearsal(appliance, request);
      return this.#begin('rehearsal', candidate, plan, request.by);
    });
  }

  async rollback(appliance: Appliance, request: RollbackRequest): Promise<OperationView> {
    return this.#afterRetention(appliance, async () => {
      const { plan, candidate, facts } = await this.planRollback(appliance, request);
      return this.#begin(plan.legacy ? 'legacy-rollback' : 'rollback', candidate, plan, request.by, facts);
    });
  }

  async restore(
    appliance: Appliance,
    request: { snapshot: string; mount?: string | undefined; by: string },
  ): Promise<OperationView> {
    return this.#afterRetention(appliance, async () => {
      const { plan, candidate } = await this.planRestore(appliance, request);
      return this.#begin('restore', candidate, plan, request.by);
    });
  }

  /** As nobody has confirmed it in time. Null where somebody has, while the rollback was planned. */
  async goBackUnconfirmed(confirmation: Confirmation, because: string): Promise<OperationId | null> {
    const { journal } = this.world;
    const appliance = this.appliance(confirmation.appliance);
    this.#refuseWhileBusy(appliance);
    await this.snapshots.retention.giveWay(appliance.name);
    const release = journal.operation(confirmation.operation)?.from;
    const { plan, candidate, facts } = await this.planRollback(appliance, { release, by: 'belay' });
    if (journal.confirmations.pendingOf(appliance.name)?.operation !== confirmation.operation) return null;
    return (await this.#begin('rollback', candidate, plan, 'belay', { because, ...facts })).id;
  }

  async planRepair(appliance: Appliance): Promise<RepairPlan> {
    return planRepair(this.world, this.active(appliance), this.#sequences.repair.steps);
  }

  async repair(appliance: Appliance, request: { by: string }): Promise<OperationView> {
    this.#refuseWhileBusy(appliance);
    const active = this.active(appliance);
    const anew = await waitingToBeMade(this.world, active);
    // A release is never changed: what takes another image is in a new one.
    if (anew.length > 0) return this.change(appliance, request.by, () => this.#planAnew(active, anew, request.by));
    const { steps, obstacles } = await this.planRepair(appliance);
    const plan = { from: { release: active.id }, steps, obstacles };
    return this.#begin('repair', { release: active, slot: null }, plan, request.by);
  }

  async #planAnew(active: Release, anew: string[], by: string): Promise<PlannedChange> {
    const now = await currentServices(this.world, active);
    return planChange(this.world, active, { now, after: now, anew, by }, this.#sequences.change.steps);
  }

  view(operation: Operation): OperationView {
    return viewOperation(this.world, operation, (id, step) => this.#mustRunner().progress(id, step));
  }

  /** Called by the runner whenever something about an operation has changed. */
  announce(operationId: string): void {
    const operation = this.world.journal.operation(operationId);
    if (operation) this.hub.publish({ type: 'operation', operation: this.view(operation) });
  }

  /** Slots hold still while an operation is planned; what was kept waiting goes on where none has begun. */
  async #afterRetention(appliance: Appliance, begin: () => Promise<OperationView>): Promise<OperationView> {
    this.#refuseWhileBusy(appliance);
    await this.snapshots.retention.giveWay(appliance.name);
    try {
      return await begin();
    } catch (thrown) {
      void this.snapshots.retention.tend(appliance.name);
      throw thrown;
    }
  }

  async #begin(
    kind: OperationKind,
    candidate: Candidate,
    plan: { from: { release: string }; steps: { name: string; title: string }[]; obstacles: Obstacle[] },
    by: string,
    facts: OperationFacts = {},
  ): Promise<OperationView> {
    await this.#turns.free(candidate.release.appliance);
    // The plan took a while: what another operation has done meanwhile would look like obstacles.
    const appliance = this.appliance(candidate.release.appliance);
    this.#refuseWhileBusy(appliance);
    if (appliance.active !== plan.from.release) throw outdated(appliance.name);
    refuseObstacles(plan.obstacles);
    if (kind === 'rollback' && !candidate.slot) this.snapshots.refuseInUse(candidate.release.slot);
    return this.#start({
      kind,
      appliance: candidate.release.appliance,
      from: plan.from.release,
      by,
      steps: plan.steps,
      to: candidate.release,
      slot: candidate.slot,
      facts,
    });
  }

  #start(request: Omit<NewOperation, 'id'>): OperationView {
    return this.view(this.#mustRunner().start({ id: newOperationId(), ...request }));
  }

  // The journal decides in its transaction; this only answers before a plan is made for nothing.
  #refuseWhileBusy(appliance: Appliance): void {
    const [latest] = this.world.journal.operations(appliance.name, 1);
    if (latest?.state === 'running') throw heldBy(latest);
  }

  #mustRunner(): Runner {
    if (!this.#runner) throw new Error('the service has no runner yet');
    return this.#runner;
  }
}
