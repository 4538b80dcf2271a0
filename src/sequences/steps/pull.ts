import { gateFromLabels } from '../../domain/gate-labels.ts';
import { newVolumeKey, uncoveredVolumes } from '../../domain/new-volumes.ts';
import type { Release } from '../../domain/release.ts';
import type { ServiceSpec } from '../../domain/service-spec.ts';
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
    for (const service of context.to.services) services.push(await fetchImage(context, service));
    const { planned } = context.facts();
    await fetchHookImages(context.host, planned, (detail) => context.report({ detail }), context.signal);
    await context.host.flush(context.signal);
    context.journal.updateCandidate({ ...context.to, services });
  },
};

async function fetchImage(context: StepContext, service: ServiceSpec): Promise<ServiceSpec> {
  const info = await context.host.pullImage(
    service.image,
    ({ doneBytes, totalBytes, detail }) => {
      const fraction = totalBytes > 0 ? doneBytes / totalBytes : null;
      context.report({ fraction, doneBytes, totalBytes, detail });
    },
    context.signal,
  );
  // What the new image asks of its gate counts, unless the user has set the label on the container, or the manifest says.
  const userLabels = service.settings.config.Labels as Record<string, string> | undefined;
  const gate = { ...gateFromLabels({ ...info.labels, ...userLabels }), ...service.askedGate };
  const pinned = { ...service, gate, image: { ...service.image, imageId: info.imageId } };
  return withNewVolumes(context, context.to, pinned, info.volumes);
}

// A volume that only the new image declares would be anonymous, and lost with its container.
function withNewVolumes(context: StepContext, to: Release, service: ServiceSpec, declared: string[]): ServiceSpec {
  const added = uncoveredVolumes(service, declared).map((target) => {
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
