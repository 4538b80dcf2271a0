import type { ReleaseDeletionView } from '../../api/contract/release-deletion.ts';
import type { Paint } from '../paint.ts';
import { wrap } from '../width.ts';
import { fields } from './fields.ts';
import { concerns } from './plans.ts';

interface Screen {
  width: number;
  nowMs: number;
  paint: Paint;
}

/** What goes with the containers of a release, what stays, and what going back to it takes from then on. */
export function releaseDeletionLines(deletion: ReleaseDeletionView, screen: Screen): string[] {
  const { release, version, containers, copies, data, images, isWayBack } = deletion;
  const { width, paint } = screen;
  const names = containers.map(({ service, name }) => name ?? `the one of ${service} (gone already)`);
  const isOne = containers.length === 1;
  const command = isWayBack ? 'rollback system' : `rollback system to ${release}`;
  const list = fields(
    [
      { name: 'Removed', value: names },
      {
        name: 'Lost',
        value: `what ${isOne ? 'it has' : 'they have'} written outside of mounts, and ${isOne ? 'its log' : 'their logs'}`,
      },
      { name: 'Also of', value: copies },
      {
        name: 'Way back',
        value: `${command} makes ${isOne ? 'it' : 'them'} again: not instant any more`,
      },
      { name: 'Image', value: images.map(imageText) },
      { name: 'Data', value: data && `stays, as the snapshot ${data.snapshot}` },
      { name: 'Record', value: `stays: show release ${release}` },
    ],
    width,
    paint,
    2,
  );
  const what = isOne ? 'the container' : `the ${containers.length} containers`;
  return [...wrap(`This removes ${what} of ${version} (${release}).`, width), ...list, ...concerns(deletion, screen)];
}

function imageText({ reference, here, hasDigest }: ReleaseDeletionView['images'][number]): string {
  if (!here) return hasDigest ? `${reference}, to be fetched again` : `${reference}, which is gone`;
  return `${reference}, here`;
}
