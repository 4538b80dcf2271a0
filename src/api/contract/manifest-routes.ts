import { createRoute } from '@hono/zod-openapi';
import { manifestCheckInput, manifestCheckView } from './manifest-views.ts';
import { answer, body, failures } from './route-parts.ts';

export const checkManifest = createRoute({
  method: 'post',
  path: '/api/manifest/check',
  summary: 'Everything that is wrong with a manifest, or what it asks for; changes nothing',
  request: body(manifestCheckInput),
  responses: { 200: answer(manifestCheckView, 'What was found'), ...failures },
});
