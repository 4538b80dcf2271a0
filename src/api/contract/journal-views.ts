import { z } from '@hono/zod-openapi';

const knowledge = z.object({
  appliances: z.number(),
  releases: z.number(),
  operations: z.number(),
  lastOperation: z
    .object({
      id: z.string(),
      kind: z.string(),
      appliance: z.string(),
      state: z.string(),
      at: z.string(),
      version: z.string().nullable(),
    })
    .nullable(),
});

const copy = z.object({
  number: z.number(),
  takenAt: z.iso.datetime(),
  path: z.string(),
  sizeBytes: z.number(),
  /** Why it cannot be restored; null where it can. */
  problem: z.string().nullable(),
  knows: knowledge.nullable(),
});

export const journalReportView = z
  .object({
    path: z.string(),
    state: z.enum(['usable', 'read-only', 'unusable']),
    trouble: z.object({ message: z.string(), hint: z.string().nullable() }).nullable(),
    sizeBytes: z.number().nullable(),
    /** The file with the key of its secrets, which no copy of the journal has in it; null where there is none. */
    secretsKey: z.string().nullable(),
    knows: knowledge.nullable(),
    /** What is wrong with the record, a sentence each. */
    problems: z.array(z.string()),
    /** Containers that Belay made for releases which the journal does not know. */
    strangers: z.array(
      z.object({
        name: z.string(),
        containerId: z.string(),
        appliance: z.string(),
        release: z.string(),
        running: z.boolean(),
      }),
    ),
    /** Newest first. */
    copies: z.array(copy),
  })
  .openapi('JournalReport');

export const journalRestoredView = z
  .object({ copy, setAside: z.string().nullable(), report: journalReportView })
  .openapi('JournalRestored');

export const journalRestoreInput = z
  .object({ copy: z.number().int().min(1).max(999_999).optional() })
  .strict()
  .openapi('JournalRestoreInput');

export type JournalReportView = z.infer<typeof journalReportView>;
export type JournalCopyView = z.infer<typeof copy>;
export type JournalRestoredView = z.infer<typeof journalRestoredView>;
export type JournalRestoreInput = z.infer<typeof journalRestoreInput>;
