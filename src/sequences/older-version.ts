import type { Obstacle } from '../domain/plan.ts';
import type { Journal } from '../domain/ports/journal.ts';
import { controllerOf, type Release } from '../domain/release.ts';
import { compareVersions } from '../domain/version.ts';
import { namesOf } from './quarantine.ts';

const HAS_RUN: readonly Release['status'][] = ['superseded', 'rolled-back'];
const MOST_RELEASES = 10_000;

/**
 * An earlier version that has been here has data of its own as well as today's: which it is to have is for somebody to
 * say. Empty where it is no earlier one, was never here, or is another image by now.
 */
export function choiceOfData(journal: Journal, from: Release, to: Release): Obstacle[] {
  if (compareVersions(to.version, from.version) >= 0) return [];
  const { history } = journal;
  const names = history.names(from.appliance, MOST_RELEASES);
  const last = names.find(({ version, status }) => version === to.version && HAS_RUN.includes(status));
  const release = last && journal.release(last.id);
  if (!release || !isSameImage(release, to)) return [];
  const slot = journal.slot(release.slot);
  const hasData = slot?.state === 'frozen' || slot?.state === 'archived';
  const left = slot?.frozenAt ? `, as it was left on ${slot.frozenAt.toISOString().slice(0, 10)}` : '';
  const ways = [
    ...(hasData ? [`With its own data${left}: rollback system to ${release.id}`] : []),
    `With today's data, in a copy: promote release ${release.id}`,
  ];
  const message = `${to.version} has been here (${release.id}), and is older than ${from.version}: say which data it is to have.`;
  return [{ code: 'refused', message, hint: ways.join('. ') }];
}

/** Its image comes with that version, and in the data that it would get the vendor's procedure has put another one. */
export function goneBackFrom(to: Release): Obstacle[] {
  const { softwareVersion, image } = controllerOf(to);
  if (softwareVersion === undefined || softwareVersion === to.version) return [];
  const message = `The vendor's procedure has put ${softwareVersion} in the place of ${image.tag}: on today's data its image would not come up as ${to.version}.`;
  return [
    {
      code: 'refused',
      message,
      hint: 'To go forward again: rollback system to RELEASE. See those of before: show releases',
    },
  ];
}

function isSameImage(a: Release, b: Release): boolean {
  const names = namesOf(controllerOf(a).image);
  return namesOf(controllerOf(b).image).some((name) => names.includes(name));
}
