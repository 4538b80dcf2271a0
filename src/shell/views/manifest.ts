import type { ManifestCheckView, ManifestView } from '../../api/contract/manifest-views.ts';
import { formatCount, formatDuration } from '../format.ts';
import type { Paint } from '../paint.ts';
import { wrap } from '../width.ts';
import { fields } from './fields.ts';
import { table } from './table.ts';

interface Screen {
  width: number;
  paint: Paint;
}

/** One line for each problem, as compilers write it; or what the manifest asks for. */
export function manifestCheckLines(check: ManifestCheckView, file: string, { width, paint }: Screen): string[] {
  const { problems, appliance } = check;
  if (appliance === null) {
    const count = problems.length === 1 ? 'One thing is' : `${problems.length} things are`;
    return [
      ...problems.flatMap((each) => wrap(`${each.file}:${each.line}:${each.column}: ${each.message}`, width)),
      paint.bad(`${count} wrong with ${file}.`),
    ];
  }
  return [paint.good(`${file} is right.`), ...manifestSummary(check, { width, paint })];
}

/** What a manifest asks for: nothing where something is wrong with it. */
export function manifestSummary({ appliance }: ManifestCheckView, { width, paint }: Screen): string[] {
  if (appliance === null) return [];
  const head = fields(
    [
      { name: 'Appliance', value: appliance.name ?? 'to be named: install FILE as NAME' },
      { name: 'Title', value: appliance.title },
      { name: 'Version', value: appliance.version },
      { name: 'Volumes', value: appliance.volumes.join(', ') },
      { name: 'Networks', value: appliance.networks.join(', ') },
      { name: 'Allowed', value: appliance.allowed.join(', '), colour: paint.warn },
    ],
    width,
    paint,
  );
  const services = table(
    appliance.services,
    [
      { title: 'SERVICE', value: (each) => each.name, least: 8 },
      { title: 'ROLE', value: (each) => each.role, dispensable: 2 },
      { title: 'IMAGE', value: (each) => each.image, least: 12, keeps: 'end' },
      { title: 'UPGRADES', value: (each) => (each.versioned ? 'new version' : 'stays'), least: 5 },
      { title: 'AFTER', value: (each) => each.dependsOn.join(', '), least: 6, dispensable: 1 },
    ],
    width,
    paint,
  );
  return [...head, '', ...services];
}

/** What is in force. */
export function manifestLines(view: ManifestView, { width, paint }: Screen): string[] {
  const head = fields(
    [
      { name: 'Manifest', value: view.file ?? 'none: the defaults are in force' },
      { name: 'Title', value: view.title },
      { name: 'Prompt', value: view.promptName },
      { name: 'Banner', value: view.banner },
      { name: 'Floor', value: view.floor },
      {
        name: 'Legacy',
        value:
          view.legacy &&
          `from below ${view.legacy.below}, within ${formatDuration(view.legacy.deadlineMs)} a node: ${view.legacy.command.join(' ')}`,
      },
      { name: 'Data', value: view.data },
      { name: 'Hooks', value: view.hooks.map(hookText) },
      { name: 'Kept', value: `the data of ${formatCount(view.retention.instant, 'earlier release')}, ready at once` },
    ],
    width,
    paint,
  );
  const services = table(
    view.services,
    [
      { title: 'SERVICE', value: (each) => each.name, least: 8 },
      { title: 'ROLE', value: (each) => each.role, dispensable: 3 },
      { title: 'UPGRADES', value: (each) => (each.versioned ? 'new version' : 'stays'), dispensable: 2 },
      { title: 'AFTER', value: (each) => each.dependsOn.join(', '), dispensable: 4 },
      { title: 'MUST PROVE', value: (each) => gateText(each.gate), least: 12 },
    ],
    width,
    paint,
  );
  return [...head, '', ...services];
}

const hookText = ({ hook, where, command, deadlineMs }: ManifestView['hooks'][number]): string =>
  `${hook}, in ${where}, within ${formatDuration(deadlineMs)}: ${command.join(' ')}`;

function gateText({ deadlineMs, stableMs, versionCommand, ports }: ManifestView['services'][number]['gate']): string {
  const answers = ports.length > 0 ? `, port ${ports.join(' and ')}` : '';
  const version = versionCommand ? `, ${versionCommand.join(' ')}` : '';
  return `within ${formatDuration(deadlineMs)}, for ${formatDuration(stableMs)}${answers}${version}`;
}
