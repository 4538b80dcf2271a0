import { createRoute, z } from '@hono/zod-openapi';
import { errorView } from './error-view.ts';

const techSupportView = z
  .object({ name: z.string(), path: z.string(), sizeBytes: z.number(), createdAt: z.iso.datetime() })
  .openapi('TechSupport');

/** With the names of the files in it. */
const madeTechSupportView = techSupportView.extend({ contents: z.array(z.string()) }).openapi('MadeTechSupport');

export type TechSupportView = z.infer<typeof techSupportView>;
export type MadeTechSupportView = z.infer<typeof madeTechSupportView>;

const failures = {
  default: { description: 'What went wrong', content: { 'application/json': { schema: errorView } } },
};

export const makeTechSupport = createRoute({
  method: 'post',
  path: '/api/tech-support',
  summary: 'Write one file with logs, inspect answers, journal and versions, without secrets',
  responses: {
    201: { description: 'The file', content: { 'application/json': { schema: madeTechSupportView } } },
    ...failures,
  },
});

export const listTechSupport = createRoute({
  method: 'get',
  path: '/api/tech-support',
  summary: 'The files that were written before, newest first; five are kept',
  responses: {
    200: { description: 'The files', content: { 'application/json': { schema: z.array(techSupportView) } } },
    ...failures,
  },
});

export const readTechSupport = createRoute({
  method: 'get',
  path: '/api/tech-support/{name}',
  summary: 'One of these files',
  request: { params: z.object({ name: z.string().max(80) }) },
  responses: {
    200: { description: 'tar, compressed by gzip', content: { 'application/gzip': { schema: z.string() } } },
    ...failures,
  },
});
