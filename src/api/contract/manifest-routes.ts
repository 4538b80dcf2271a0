import { createRoute } from '@hono/zod-openapi';
import {
  applyManifestInput,
  installInput,
  manifestCheckInput,
  manifestCheckView,
  manifestView,
} from './manifest-views.ts';
import { operationView } from './operation-views.ts';
import { answer, applianceQuery, body, failures } from './route-parts.ts';

export const checkManifest = createRoute({
  method: 'post',
  path: '/api/manifest/check',
  summary: 'Everything that is wrong with a manifest, or what it asks for; changes nothing',
  request: body(manifestCheckInput),
  responses: { 200: answer(manifestCheckView, 'What was found'), ...failures },
});

export const showManifest = createRoute({
  method: 'get',
  path: '/api/manifest',
  summary: 'What is in force: the manifest, and the defaults where it says nothing',
  request: { query: applianceQuery },
  responses: { 200: answer(manifestView, 'What is in force'), ...failures },
});

export const applyManifest = createRoute({
  method: 'post',
  path: '/api/manifest',
  summary: 'Put what a manifest wants of Belay in force; its services are not touched',
  request: { query: applianceQuery, ...body(applyManifestInput) },
  responses: { 200: answer(manifestView, 'What is in force now'), ...failures },
});

export const install = createRoute({
  method: 'post',
  path: '/api/appliances/install',
  summary: 'Bring up an appliance that does not exist yet, as its manifest says',
  request: body(installInput),
  responses: { 202: answer(operationView, 'Accepted: it goes on in the daemon'), ...failures },
});
