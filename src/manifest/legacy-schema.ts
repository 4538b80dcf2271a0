import { z } from 'zod';
import * as field from './fields.ts';

/** How the vendor's older versions are gone back from. */
export const legacy = z
  .strictObject({
    below: field.version
      .optional()
      .describe('It is the way back from every version below this one. Default: the floor.'),
    command: field.command.describe(
      'What is run inside each node of the controller, on a copy of its data, without a shell. Then each is restarted.',
    ),
    previous_version_command: field.command
      .optional()
      .describe(
        'A command inside the controller whose output names the version that it goes back to. Default: the release before.',
      ),
    deadline: field.duration.optional().describe('How long it may take on each node. Default 10m.'),
  })
  .describe("The vendor's own procedure to go back from versions that cannot be rolled back to or from otherwise.");
