import type { Appliance } from '../../domain/ports/journal.ts';
import type { World } from '../../domain/ports/world.ts';
import type { Release } from '../../domain/release.ts';
import type { Step } from '../../domain/step.ts';
import type { PlannedChange } from '../../sequences/plan-change.ts';
import { type EngineUpdateRequest, planEngineUpdate } from '../../sequences/plan-engine-update.ts';
import { planEngineRemoval, planScaling, type ScalingRequest } from '../../sequences/plan-scaling.ts';
import type { OperationView } from '../contract/operation-views.ts';

/** What the service lends to it. */
interface Changing {
  readonly world: World;
  readonly steps: readonly Step[];
  active(appliance: Appliance): Release;
  change(appliance: Appliance, by: string, plan: () => Promise<PlannedChange>): Promise<OperationView>;
}

/** What is done to service engines by themselves: each is a change, on the same data, under a controller that goes on. */
export class ServiceEngines {
  readonly #its: Changing;

  constructor(its: Changing) {
    this.#its = its;
  }

  async planUpdate(appliance: Appliance, request: EngineUpdateRequest): Promise<PlannedChange> {
    const { world, steps } = this.#its;
    return planEngineUpdate(world, this.#its.active(appliance), request, steps);
  }

  async update(appliance: Appliance, request: EngineUpdateRequest): Promise<OperationView> {
    return this.#its.change(appliance, request.by, () => this.planUpdate(appliance, request));
  }

  /** The same for those alone that did not follow: what waits for its own trigger goes on waiting. */
  planResume(appliance: Appliance, { by }: { by: string }): Promise<PlannedChange> {
    return this.planUpdate(appliance, { only: 'engines', by });
  }

  async resume(appliance: Appliance, { by }: { by: string }): Promise<OperationView> {
    return this.#its.change(appliance, by, () => this.planResume(appliance, { by }));
  }

  async planScaling(appliance: Appliance, request: ScalingRequest): Promise<PlannedChange> {
    const { world, steps } = this.#its;
    return planScaling(world, this.#its.active(appliance), request, steps);
  }

  async scale(appliance: Appliance, request: ScalingRequest): Promise<OperationView> {
    return this.#its.change(appliance, request.by, () => this.planScaling(appliance, request));
  }

  async planRemoval(appliance: Appliance, request: { name: string; by: string }): Promise<PlannedChange> {
    const { world, steps } = this.#its;
    return planEngineRemoval(world, this.#its.active(appliance), request, steps);
  }

  async remove(appliance: Appliance, request: { name: string; by: string }): Promise<OperationView> {
    return this.#its.change(appliance, request.by, () => this.planRemoval(appliance, request));
  }
}
