import type { ExportBundlePlanView, ImportBundlePlanView, MirrorPlanView } from '../../api/contract/image-views.ts';
import { formatAge, formatBytes } from '../format.ts';
import type { Paint } from '../paint.ts';
import { wrap } from '../width.ts';
import { fields } from './fields.ts';

interface Screen {
  width: number;
  nowMs: number;
  paint: Paint;
}

/** What is fetched, and the file that it goes to. */
export function exportPlanLines({ version, file, images, sizeBytes }: ExportBundlePlanView, screen: Screen): string[] {
  return [
    ...wrap(`This fetches the images of ${version} and writes them to one file.`, screen.width),
    ...rows(screen, [
      { name: 'File', value: file },
      { name: 'Images', value: images.map(({ reference }) => reference) },
      { name: 'Size', value: formatBytes(sizeBytes) },
      { name: 'What runs', value: 'is not touched' },
    ]),
  ];
}

/** What a bundle says that it brings. */
export function importPlanLines(plan: ImportBundlePlanView, screen: Screen): string[] {
  const { file, appliance, version, createdAt, images, sizeBytes } = plan;
  return [
    ...wrap(`This verifies ${file} and loads its images.`, screen.width),
    ...rows(screen, [
      { name: 'Bundle', value: `${appliance} ${version}, made ${formatAge(createdAt, screen.nowMs)}` },
      { name: 'Images', value: images.map(({ reference }) => reference) },
      { name: 'Size', value: formatBytes(sizeBytes) },
      { name: 'What runs', value: 'is not touched' },
    ]),
  ];
}

/** What is copied where, and what is there already. */
export function mirrorPlanLines({ version, registry, images }: MirrorPlanView, screen: Screen): string[] {
  const missing = images.filter(({ isThere }) => !isThere);
  const head =
    missing.length > 0
      ? `This copies the images of ${version} to ${registry}, and fetches them from there from then on.`
      : `All images of ${version} are in ${registry} already; they are fetched from there from then on.`;
  return [
    ...wrap(head, screen.width),
    ...rows(screen, [
      { name: 'Images', value: missing.map(({ reference }) => reference) },
      { name: 'There already', value: images.filter(({ isThere }) => isThere).map(({ reference }) => reference) },
      { name: 'What runs', value: 'is not touched' },
    ]),
  ];
}

const rows = ({ width, paint }: Screen, list: Parameters<typeof fields>[0]): string[] => fields(list, width, paint, 2);
