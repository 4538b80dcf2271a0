import { z } from '@hono/zod-openapi';

/** What views have in common. */

export const date = z.iso.datetime();
export const releaseId = z.string();
