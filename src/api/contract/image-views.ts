import { z } from '@hono/zod-openapi';
import { hostFile } from './snapshot-views.ts';

const version = z.string().max(128);

export const exportBundleInput = z.object({ version, file: hostFile }).strict().openapi('ExportBundleInput');
export const mirrorInput = z
  .object({ version, registry: z.string().min(1).max(300) })
  .strict()
  .openapi('MirrorInput');

export type ExportBundleInput = z.infer<typeof exportBundleInput>;
export type MirrorInput = z.infer<typeof mirrorInput>;
