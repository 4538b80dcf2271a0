import type { MoveInput } from '../../api/contract/move.ts';
import { carryOut } from '../carry-out.ts';
import { command } from '../command.ts';
import type { Context } from '../context.ts';
import type { ExitCode } from '../failure.ts';
import { directory, newVolume, owner, place } from '../kinds.ts';
import { movePlanLines } from '../views/move.ts';

const mount = {
  name: 'mount',
  kind: place,
  help: 'A directory of the containers, such as /var/lib/mysql',
  optional: true,
  after: { word: 'mount', help: 'Which data, where there is more than one mount' },
} as const;

const WAY_BACK = 'What is there now stays with the release that is left: rollback system returns to it.';

export const moveDataBind = command({
  words: ['move', 'data', 'bind'],
  summary: 'Have the data in a directory of the host',
  about:
    'Copies the data while the server runs, then starts the same version on the copy, mounted from that directory. ' +
    `Owners stay as they are unless one is named. ${WAY_BACK}`,
  effect: 'changes',
  examples: ['move data bind /srv/acme', 'move data bind /srv/mysql mount /var/lib/mysql owner 102:105'],
  parameters: [
    { name: 'path', kind: directory, help: 'A directory of the host: empty, or not there yet' },
    mount,
    {
      name: 'owner',
      kind: owner,
      help: 'A user and a group of the container, such as 102:105',
      optional: true,
      after: { word: 'owner', help: 'Whose all of it is to be' },
    },
  ],
  run: ({ path, ...others }, context) => moveData({ to: 'bind', place: path, ...given(others) }, context),
});

export const moveDataVolume = command({
  words: ['move', 'data', 'volume'],
  summary: 'Have the data in a volume of the engine',
  about: `Makes the volume, copies the data while the server runs, then starts the same version on the copy. ${WAY_BACK}`,
  effect: 'changes',
  examples: ['move data volume acme-data', 'move data volume acme-data mount /var/lib/mysql'],
  parameters: [{ name: 'name', kind: newVolume, help: 'A name that no volume has yet' }, mount],
  run: ({ name, ...others }, context) => moveData({ to: 'volume', place: name, ...given(others) }, context),
});

const given = (values: {
  mount: string | undefined;
  owner?: string | undefined;
}): Pick<MoveInput, 'mount' | 'owner'> => ({
  ...(values.mount === undefined ? {} : { mount: values.mount }),
  ...(values.owner === undefined ? {} : { owner: values.owner }),
});

function moveData(input: MoveInput, context: Context): Promise<ExitCode> {
  const { client, signal } = context;
  return carryOut(context, {
    plan: () => client.movePlan(input, signal),
    lines: movePlanLines,
    begin: () => client.move(input, signal),
  });
}
