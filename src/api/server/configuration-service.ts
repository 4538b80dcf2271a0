import type { Appliance } from '../../domain/ports/journal.ts';
import type { World } from '../../domain/ports/world.ts';
import type { Release } from '../../domain/release.ts';
import type { Sequence } from '../../domain/step.ts';
import type { PlannedChange } from '../../sequences/plan-change.ts';
import { type EnvironmentWish, planEnvironment } from '../../sequences/plan-environment.ts';
import { type ImageWish, type PlannedImage, planImage } from '../../sequences/plan-image.ts';
import type { OperationView } from '../contract/operation-views.ts';

interface Options {
  world: World;
  sequences: Readonly<Record<'upgrade' | 'change', Sequence>>;
  active(appliance: Appliance): Release;
  carryOut(appliance: Appliance, by: string, plan: () => Promise<PlannedImage>): Promise<OperationView>;
}

/** What services are made with, and how it is changed: each change is a release. */
export class ConfigurationService {
  readonly #options: Options;

  constructor(options: Options) {
    this.#options = options;
  }

  async planEnvironment(appliance: Appliance, wish: EnvironmentWish): Promise<PlannedChange> {
    const { world, sequences, active } = this.#options;
    return planEnvironment(world, active(appliance), wish, sequences.change.steps);
  }

  async changeEnvironment(appliance: Appliance, wish: EnvironmentWish): Promise<OperationView> {
    return this.#options.carryOut(appliance, wish.by, async () => ({
      kind: 'change',
      planned: await this.planEnvironment(appliance, wish),
    }));
  }

  async planImage(appliance: Appliance, wish: ImageWish): Promise<PlannedImage> {
    const { world, sequences, active } = this.#options;
    const steps = { upgrade: sequences.upgrade.steps, change: sequences.change.steps };
    return planImage(world, active(appliance), wish, steps);
  }

  async changeImage(appliance: Appliance, wish: ImageWish): Promise<OperationView> {
    return this.#options.carryOut(appliance, wish.by, () => this.planImage(appliance, wish));
  }
}
