import { z } from '@hono/zod-openapi';
import { hostFile } from './snapshot-views.ts';

const version = z.string().max(128);

export const exportBundleInput = z.object({ version, file: hostFile }).strict().openapi('ExportBundleInput');
export const mirrorInput = z
  .object({ version, registry: z.string().min(1).max(300) })
  .strict()
  .openapi('MirrorInput');

const needed = { services: z.array(z.string()), reference: z.string() };

export const exportBundlePlanView = z
  .object({
    version: z.string(),
    file: z.string(),
    images: z.array(z.object(needed)),
    /** What is to be fetched where nothing of it has come yet. */
    sizeBytes: z.number(),
  })
  .openapi('ExportBundlePlan');

/** What the bundle says of itself; it is verified when it is imported. */
export const importBundlePlanView = z
  .object({
    file: z.string(),
    appliance: z.string(),
    version: z.string(),
    createdAt: z.iso.datetime(),
    images: z.array(z.object(needed)),
    sizeBytes: z.number(),
  })
  .openapi('ImportBundlePlan');

export const mirrorPlanView = z
  .object({
    version: z.string(),
    registry: z.string(),
    /** `mirror` is the name that it has there. */
    images: z.array(z.object({ reference: z.string(), mirror: z.string(), isThere: z.boolean() })),
  })
  .openapi('MirrorPlan');

export type ExportBundlePlanView = z.infer<typeof exportBundlePlanView>;
export type ImportBundlePlanView = z.infer<typeof importBundlePlanView>;
export type MirrorPlanView = z.infer<typeof mirrorPlanView>;
export type ExportBundleInput = z.infer<typeof exportBundleInput>;
export type MirrorInput = z.infer<typeof mirrorInput>;
