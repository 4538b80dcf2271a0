import { createRoute } from '@hono/zod-openapi';
import { errorView } from './error-view.ts';
import { journalReportView, journalRestoredView, journalRestoreInput } from './journal-views.ts';

const failures = {
  default: { description: 'What went wrong', content: { 'application/json': { schema: errorView } } },
};

export const journalCheck = createRoute({
  method: 'get',
  path: '/api/journal',
  summary: 'Whether the journal is sound, and which copies of it there are; answered also while it cannot be used',
  responses: {
    200: { description: 'What was found', content: { 'application/json': { schema: journalReportView } } },
    ...failures,
  },
});

export const journalRestore = createRoute({
  method: 'post',
  path: '/api/journal/restore',
  summary: 'Put a copy in the place of a journal that is not sound, which is kept beside it',
  request: { body: { required: false, content: { 'application/json': { schema: journalRestoreInput } } } },
  responses: {
    200: { description: 'What was done', content: { 'application/json': { schema: journalRestoredView } } },
    ...failures,
  },
});
