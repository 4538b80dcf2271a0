import { z } from 'zod';
import { envNameProblem } from '../domain/environment.ts';
import { HOST_POWERS } from '../domain/host-powers.ts';
import { SERVICE_ROLES } from '../domain/service-spec.ts';
import * as field from './fields.ts';
import { hooks } from './hook-schema.ts';
import { legacy } from './legacy-schema.ts';
import { notify } from './notify-schema.ts';
import { network, service, volume } from './service-schema.ts';
import { staleLocks } from './stale-lock-schema.ts';

const oneLine = (longest: number) =>
  field.kind({ type: 'string', maxLength: longest }, `one line of at most ${longest} printable characters`, (each) =>
    each.trim() !== '' && each.length <= longest && !/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u.test(each) ? each : null,
  );

const banner = field.kind(
  { type: 'string', maxLength: 4_000 },
  'a text of at most 40 lines and 4000 printable characters',
  (each) => {
    const lines = each.replace(/\n+$/, '').split('\n');
    return lines.length <= 40 && each.length <= 4_000 && !/[^\P{Cc}\n]|\p{Cf}/u.test(each) ? lines.join('\n') : null;
  },
);

const promptName = field.kind(
  { type: 'string', pattern: '^[A-Za-z0-9][A-Za-z0-9._-]{0,31}$' },
  'a name for the prompt: at most 32 letters, digits, dots, dashes',
  (each) => (/^[A-Za-z0-9][A-Za-z0-9._-]{0,31}$/.test(each) ? each : null),
);

const variableName = field.kind({ type: 'string' }, 'the name of a variable, such as DB_PASSWORD', (each) =>
  envNameProblem(each) === null ? each : null,
);

const deadline = field.duration.optional().describe('How long it may take until the first good answer. Default 5m.');
const limit = field.duration.optional().describe('How long it may take at most while it shows progress. Default 2h.');
const stable = field.duration.optional().describe('How long it must then stay good. Default 45s.');
const versionCommand = field.command
  .optional()
  .describe('A command inside the container whose output must name the version.');

const belayService = z.strictObject({
  role: field
    .oneOf(SERVICE_ROLES)
    .optional()
    .describe(
      "The controller's version is the appliance's version; a node is another instance of the controller; an engine follows it; an app is anything else, the default.",
    ),
  version: field
    .oneOf(['with-controller', 'fixed'])
    .optional()
    .describe("Whether an upgrade gives this service's image the new version as its tag, or leaves it as it is."),
  update: field
    .oneOf(['with-controller', 'on-change', 'on-request'])
    .optional()
    .describe(
      'When a helper takes the image of a new version: with the upgrade, the default; when its own configuration changes or its container is made anew; only with update engines. Until then it runs on untouched.',
    ),
  secrets: z
    .array(variableName)
    .optional()
    .describe(
      'Variables of its environment that nobody may see, besides those whose names say so. They are kept encrypted.',
    ),
  version_command: versionCommand,
  gate: z
    .strictObject({
      deadline,
      limit,
      stable,
      ports: z.array(field.count(1, 65_535)).optional().describe('TCP ports inside the container that must answer.'),
    })
    .optional(),
});

export const belay = z.strictObject({
  title: oneLine(80).optional().describe('What the product is called, in full.'),
  banner: banner.optional().describe('Shown to everybody who enters the prompt.'),
  prompt: promptName.optional().describe("Stands in the prompt in the place of the appliance's name."),
  services: z.record(z.string(), belayService).optional().describe('What Compose has no word for, by service.'),
  gate: z
    .strictObject({ deadline, limit, stable })
    .optional()
    .describe('For every service that says nothing of its own.'),
  version_command: versionCommand.describe('As in services, for the controller and its nodes.'),
  floor: field.version.optional().describe('No upgrade or rollback goes below this version.'),
  legacy: legacy.optional(),
  data: field
    .oneOf(['external'])
    .optional()
    .describe('The data that counts is in a database elsewhere. Without any mount that is taken for granted.'),
  hooks: hooks.optional().describe('Commands for data that Belay cannot clone.'),
  stale_locks: staleLocks.optional(),
  notify: notify.optional().describe('Who else is told how operations end.'),
  engines: z
    .strictObject({
      max_unavailable: field
        .count(1, 10_000)
        .optional()
        .describe('How many of them may be off at the same time while they follow an upgrade. Default 1.'),
    })
    .optional()
    .describe('How the services with the role engine go over.'),
  retention: z
    .strictObject({
      instant: field
        .count(1, 1_000)
        .optional()
        .describe('How many releases that were left keep their data as it is, ready at once. Default 3.'),
    })
    .optional()
    .describe('What is kept of releases that were left.'),
  allow: z
    .array(field.oneOf(HOST_POWERS))
    .optional()
    .describe('Powers over the host that a service may ask for; without its name here each is refused.'),
});

/** The whole of `appliance.yaml`: a strict subset of the Compose file format, and `x-belay` for the rest. */
export const manifest = z.strictObject({
  version: field.text.optional().describe('Of the file format; Compose does not look at it any more, nor does Belay.'),
  name: field.serviceName.optional().describe('What the appliance is called, unless it is installed as another name.'),
  services: z.record(z.string(), service),
  volumes: z.record(z.string(), volume.nullable()).optional(),
  networks: z.record(z.string(), network.nullable()).optional(),
  'x-belay': belay.optional(),
});

export type ManifestEntry = z.output<typeof manifest>;
export type BelayEntry = z.output<typeof belay>;
