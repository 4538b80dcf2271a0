import { BelayError } from '../../domain/errors.ts';
import type { Policy } from '../../domain/policy.ts';
import type { Appliance, Journal } from '../../domain/ports/journal.ts';
import { redactText } from '../../domain/redaction.ts';
import { controllerOf, type Release } from '../../domain/release.ts';
import { knownSecrets, UNREADABLE } from '../../domain/secrets.ts';
import { groupOf, type ServiceSpec } from '../../domain/service-spec.ts';
import { isVersioned } from '../../domain/versioning.ts';
import { draftOf } from '../../manifest/drafts.ts';
import type { Manifest } from '../../manifest/manifest.ts';
import { policyOf } from '../../manifest/policy-of.ts';
import { readManifest } from '../../manifest/read-manifest.ts';
import type { AdoptRequest } from '../../sequences/adopt.ts';
import type { InstallRequest } from '../../sequences/plan-install.ts';
import { governed } from '../../sequences/policy-rules.ts';
import type { AdoptInput } from '../contract/inputs.ts';
import type {
  InstallInput,
  ManifestCheckInput,
  ManifestCheckView,
  ManifestInput,
  ManifestView,
} from '../contract/manifest-views.ts';

/** Reads a manifest that is to be acted upon: `invalid-input` with the first of what is wrong with it. */
function mustReadManifest(source: ManifestInput): Manifest {
  const { manifest, problems } = readManifest(source);
  if (manifest) return manifest;
  const [first] = problems;
  const more = problems.length > 1 ? ` (and ${problems.length - 1} more)` : '';
  const message = first ? `${first.file}:${first.line}:${first.column}: ${first.message}${more}` : 'It cannot be read.';
  throw new BelayError('invalid-input', message, {
    hint: `See all that is wrong with it: check manifest ${source.file}`,
    details: { problems },
  });
}

export function viewCheck({ manifest: source, name }: ManifestCheckInput): ManifestCheckView {
  const { manifest, problems, wants } = readManifest(source);
  if (!manifest) return { problems, wants, appliance: null };
  const called = name ?? manifest.entry.name ?? null;
  const { services, volumes, networks, allowed } = draftOf(manifest, called ?? 'NAME');
  const specs = services.map(({ spec }) => spec);
  const controller = specs.find(({ role }) => role === 'controller') ?? (specs[0] as (typeof specs)[number]);
  return {
    problems,
    wants,
    appliance: {
      name: called,
      title: manifest.entry['x-belay']?.title ?? null,
      version: controller.image.tag,
      services: specs.map((spec) => viewService(spec, controller)),
      volumes: volumes.map((volume) => volume.name),
      networks: networks.map((network) => network.name),
      allowed,
    },
  };
}

const viewService = (service: ServiceSpec, controller: ServiceSpec) => ({
  name: service.name,
  role: service.role,
  image: service.image.reference,
  versioned: isVersioned(service, controller),
  dependsOn: Object.keys(service.dependsOn ?? {}),
});

export const bannerLines = ({ banner }: Policy): string[] => banner?.split('\n') ?? [];

function linesOf(text: string, active: Release): string[] {
  if (!text.startsWith(UNREADABLE)) return redactText(text, knownSecrets(...active.services)).split('\n');
  return [
    '# What it says cannot be shown: the key of its secrets is gone. It is in force; to have it back: apply manifest',
  ];
}

/** What is in force for an appliance: its manifest's words, and the defaults where it says nothing. */
export function viewManifest({ name, policy }: Appliance, active: Release): ManifestView {
  const services = active.services.map((service) => governed(service, policy));
  const controller = controllerOf({ ...active, services });
  return {
    appliance: name,
    file: policy.manifest?.file ?? null,
    lines: policy.manifest ? linesOf(policy.manifest.text, active) : [],
    title: policy.title,
    banner: bannerLines(policy),
    promptName: policy.promptName,
    floor: policy.floor,
    legacy: policy.legacy,
    data: policy.data,
    hooks: Object.entries(policy.hooks).map(([hook, { image, service, command, deadlineMs }]) => ({
      hook,
      where: image ? `a container of ${image.reference}` : (service ?? controller.name),
      command: command.map((word) => redactText(word)),
      deadlineMs,
    })),
    retention: policy.retention,
    services: services.map((service) => ({
      ...viewService(service, controller),
      gate: { ...service.gate, ports: service.gate.ports ?? [] },
    })),
  };
}

/** Puts a manifest in force. `refused` where it has other services, or gives them other roles, than what runs. */
export function applyManifest(journal: Journal, { name }: Appliance, active: Release, source: ManifestInput): void {
  const manifest = mustReadManifest(source);
  const asked = draftOf(manifest, name).services.map(({ spec }) => spec);
  const isOne = asked.length === 1 && active.services.length === 1;
  const policy = policyOf(manifest);
  if (isOne) {
    const [own] = active.services;
    policy.services = own
      ? { [own.name]: Object.values(policy.services)[0] ?? { gate: {}, versioned: null, update: null } }
      : {};
  } else {
    for (const spec of asked) refuseOther(active, spec.name, spec.role);
    const unknown = active.services.find((service) => !asked.some((spec) => spec.name === groupOf(service)));
    if (unknown) throw other(`${unknown.name} runs, and the manifest does not say what it is.`);
  }
  journal.setPolicy(name, policy);
}

function refuseOther(active: Release, name: string, role: string): void {
  const service = active.services.find((each) => each.name === name);
  if (!service) throw other(`The manifest has the service ${name}, which does not run.`);
  if (service.role !== role) throw other(`The manifest makes ${name} the ${role}; it is the ${service.role}.`);
}

const other = (message: string): BelayError =>
  new BelayError('refused', message, {
    hint: 'Which services there are and what they are to each other is decided when an appliance is adopted or installed.',
  });

export function adoptRequest(input: AdoptInput, by: string): AdoptRequest {
  const { container, project, controller, name } = input;
  const what = container === undefined ? { project: project ?? '', controller } : { container };
  if (!input.manifest) return { what, name, by };
  const manifest = mustReadManifest(input.manifest);
  const called = name ?? manifest.entry.name;
  return {
    what,
    name: called,
    by,
    manifest: { draft: draftOf(manifest, called ?? 'NAME'), policy: policyOf(manifest) },
  };
}

export function installRequest(input: InstallInput, by: string): InstallRequest {
  const manifest = mustReadManifest(input.manifest);
  const name = input.name ?? manifest.entry.name;
  if (name === undefined) {
    throw new BelayError('invalid-input', 'The manifest does not say what the appliance is called.', {
      hint: `Give it a name: install ${input.manifest.file} as NAME`,
    });
  }
  return { draft: draftOf(manifest, name), policy: policyOf(manifest), name, by };
}
