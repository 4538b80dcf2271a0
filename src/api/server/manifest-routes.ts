import type { OpenAPIHono } from '@hono/zod-openapi';
import { isVersioned } from '../../domain/versioning.ts';
import { draftOf } from '../../manifest/drafts.ts';
import { readManifest } from '../../manifest/read-manifest.ts';
import * as routes from '../contract/manifest-routes.ts';
import type { ManifestCheckInput, ManifestCheckView } from '../contract/manifest-views.ts';

/** What is done with manifests. */
export function addManifests(app: OpenAPIHono): void {
  app.openapi(routes.checkManifest, (c) => c.json(viewCheck(c.req.valid('json')), 200));
}

function viewCheck({ manifest: source, name }: ManifestCheckInput): ManifestCheckView {
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
      services: specs.map((spec) => ({
        name: spec.name,
        role: spec.role,
        image: spec.image.reference,
        versioned: isVersioned(spec, controller),
        dependsOn: Object.keys(spec.dependsOn ?? {}),
      })),
      volumes: volumes.map((volume) => volume.name),
      networks: networks.map((network) => network.name),
      allowed,
    },
  };
}
