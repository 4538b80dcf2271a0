import type { ConfigurationView } from '../../api/contract/configuration.ts';
import { formatAge, formatDuration } from '../format.ts';
import type { Paint } from '../paint.ts';
import { fields } from './fields.ts';
import { mountText } from './releases.ts';

interface Screen {
  width: number;
  nowMs: number;
  paint: Paint;
}

type Service = ConfigurationView['services'][number];

const HIDDEN = '********';

/** What is set, service by service. */
export function configurationLines(configuration: ConfigurationView, screen: Screen): string[] {
  const { appliance, version, release, services } = configuration;
  const { width, paint } = screen;
  return [
    `${paint.strong(`${appliance} ${version}`)} ${paint.faint(`(${release})`)}`,
    ...services.flatMap((service) => [
      '',
      `${paint.strong(service.name)} ${paint.faint(`(${service.role})`)}`,
      ...fields(
        [
          { name: 'Image', value: service.image },
          { name: 'Digest', value: service.digest },
          { name: 'Env', value: service.env.map((variable) => variableText(variable, screen)) },
          { name: 'Ports', value: service.ports },
          { name: 'Mounts', value: service.mounts.map(mountText) },
          { name: 'Networks', value: service.networks },
          { name: 'Restart', value: service.restartPolicy },
          { name: 'Gate', value: gateText(service.gate) },
          { name: 'Labels', value: Object.entries(service.labels).map(([name, value]) => `${name}=${value}`) },
        ],
        width,
        paint,
        2,
      ),
    ]),
  ];
}

function variableText({ name, value, setBy }: Service['env'][number], { nowMs }: Screen): string {
  const source = setBy === null ? '' : `  (${setBy.user}, ${formatAge(setBy.at, nowMs)})`;
  return `${name}=${value ?? HIDDEN}${source}`;
}

/** `serves within 5m 0s, stays so for 45 s, ports 8080`. */
function gateText({ deadlineMs, stableMs, versionCommand, ports }: Service['gate']): string {
  return [
    `serves within ${formatDuration(deadlineMs)}`,
    `stays so for ${formatDuration(stableMs)}`,
    ...(ports.length > 0 ? [`answers on ${ports.join(', ')}`] : []),
    ...(versionCommand ? [`names its version: ${versionCommand.join(' ')}`] : []),
  ].join(', ');
}
