import { BelayError } from '../../domain/errors.ts';
import { gateFromLabels } from '../../domain/gate-labels.ts';
import { newVolumeKey, uncoveredVolumes } from '../../domain/new-volumes.ts';
import type { ImageInfo } from '../../domain/ports/container-host.ts';
import type { Release } from '../../domain/release.ts';
import type { PinnedImage, ServiceSpec } from '../../domain/service-spec.ts';
import { slotVolumeName } from '../../domain/slot.ts';
import type { Step, StepContext } from '../../domain/step.ts';
import { fetchHookImages } from '../plan-hooks.ts';
import { mustSlot } from '../slot-pairs.ts';

/** Brings every image to this host, by digest, and onto its disk. */
export const pull: Step = {
  name: 'pull',
  title: ({ to }) => `Fetch ${to.version}`,

  check: async () => false, // pulling an image that is here takes one inspect

  async run(context) {
    const services: ServiceSpec[] = [];
    const { kept = [] } = context.facts();
    for (const service of context.to.services) {
      const own = kept.includes(service.name) ? service : await fetchImage(context, service);
      services.push(own.awaits ? { ...own, awaits: await fetchAwaited(context, own.awaits) } : own);
    }
    const { planned } = context.facts();
    await fetchHookImages(context.host, planned, (detail) => context.report({ detail }), context.signal);
    await context.host.flush(context.signal);
    context.journal.updateCandidate({ ...context.to, services });
  },
};

/** So that it is here when it is taken, whatever can be reached then. */
async function fetchAwaited(context: StepContext, image: PinnedImage): Promise<PinnedImage> {
  return { ...image, imageId: (await fetch(context, image)).imageId };
}

const fetch = ({ host, report, signal }: StepContext, image: PinnedImage): Promise<ImageInfo> =>
  host.pullImage(
    image,
    ({ doneBytes, totalBytes, detail }) => {
      const fraction = totalBytes > 0 ? doneBytes / totalBytes : null;
      report({ fraction, doneBytes, totalBytes, detail });
    },
    signal,
  );

async function fetchImage(context: StepContext, service: ServiceSpec): Promise<ServiceSpec> {
  const info = await fetch(context, service.image);
  // What the new image asks of its gate counts, unless the user has set the label on the container, or the manifest says.
  const userLabels = service.settings.config.Labels as Record<string, string> | undefined;
  const gate = { ...gateFromLabels({ ...info.labels, ...userLabels }), ...service.askedGate };
  const pinned = { ...service, gate, image: { ...service.image, imageId: info.imageId } };
  return withNewVolumes(context, context.to, pinned, info.volumes);
}

// A volume that only the new image declares would be anonymous, and lost with its container.
function withNewVolumes(context: StepContext, to: Release, service: ServiceSpec, declared: string[]): ServiceSpec {
  const uncovered = uncoveredVolumes(service, declared);
  // The data of what runs is not given further directories on the way.
  if (uncovered[0] !== undefined && mustSlot(context.journal, to.slot).state === 'live') {
    throw new BelayError(
      'refused',
      `${service.image.reference} keeps data at ${uncovered[0]}, which ${service.name} has no place for yet.`,
      { hint: `Give it one when ${service.name} is made: a volume mounted at ${uncovered[0]}.` },
    );
  }
  const added = uncovered.map((target) => {
    const key = newVolumeKey(service.name, target);
    const volume = slotVolumeName(to.slot, mustSlot(context.journal, to.slot).mounts.length + 1);
    context.journal.updateSlotMount(to.slot, {
      key,
      kind: 'volume',
      volume,
      path: '',
      parkedPath: null,
      identity: null,
    });
    return {
      kind: 'volume' as const,
      source: volume,
      target,
      readOnly: false,
      slotKey: key,
      sharedBecause: null,
      declared: { form: 'implicit' as const },
    };
  });
  return { ...service, mounts: [...service.mounts, ...added] };
}
