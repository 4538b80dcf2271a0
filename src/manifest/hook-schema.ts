import { z } from 'zod';
import * as field from './fields.ts';
import { shortVolume } from './short-forms.ts';

const hook = z.strictObject({
  command: field.command.describe(
    'What is run, without a shell; of the image only the files are used, not its entrypoint.',
  ),
  service: field.filled
    .optional()
    .describe(
      'Whose container it runs in or, with an image, whose environment and networks it gets. Default: the controller.',
    ),
  image: field.imageReference
    .optional()
    .describe('It runs in a container of its own of this image, which is removed afterwards.'),
  environment: field.pairs.optional().describe('Besides what the service has, and the BELAY_ variables.'),
  volumes: z.array(shortVolume).optional().describe('Directories of the host for a container of its own.'),
  deadline: field.duration.optional().describe('How long it may take. Default 10m.'),
});

/** What the vendor does for data that Belay cannot clone. */
export const hooks = z.strictObject({
  backup: hook
    .optional()
    .describe(
      'Before an upgrade, and before a rollback that restores. Named by $BELAY_BACKUP. Where it fails, nothing is touched.',
    ),
  restore: hook
    .optional()
    .describe(
      'Brings back the backup $BELAY_BACKUP: in a rollback, and where an upgrade goes back after the new version was started.',
    ),
  quiesce: hook.optional().describe('Before the backup: what runs stops writing.'),
  thaw: hook.optional().describe('Undoes quiesce, when a version has taken over or the upgrade has gone back.'),
  notify: hook
    .optional()
    .describe('Told how each operation ends, by $BELAY_EVENT and $BELAY_TEXT. No operation waits for it.'),
});

export type HookEntry = z.output<typeof hook>;
