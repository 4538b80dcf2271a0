import type { JsonObject } from '../domain/json.ts';
import { limitsOf } from '../domain/limits.ts';
import type { Instance, InstanceState } from '../domain/ports/container-host.ts';
import type { ContainerAnswer, ContainerConfig } from './inspect-answers.ts';

/** An inspect answer as Belay sees an instance. */
export function instanceOf(answer: ContainerAnswer, rootPath: string | null): Instance {
  const { State: state, Config: config, HostConfig: host } = answer;
  const policy = host.RestartPolicy as { Name?: string; MaximumRetryCount?: number } | undefined;
  return {
    id: answer.Id,
    name: answer.Name.replace(/^\//, ''),
    state: state.Status as InstanceState,
    health: (state.Health?.Status ?? 'none') as Instance['health'],
    healthCommand: healthCommand(config),
    exitCode: state.ExitCode,
    outOfMemory: state.OOMKilled ?? false,
    startedAt: engineDate(state.StartedAt),
    finishedAt: engineDate(state.FinishedAt),
    restartCount: answer.RestartCount ?? 0,
    restartPolicy: { name: policy?.Name || 'no', maximumRetryCount: policy?.MaximumRetryCount ?? 0 },
    limits: limitsOf(host),
    imageId: answer.Image,
    labels: config.Labels ?? {},
    error: state.Error ?? '',
    mounts: answer.Mounts.map((mount) => ({
      kind: mount.Type === 'volume' || mount.Type === 'bind' ? mount.Type : 'other',
      source: mount.Type === 'volume' ? (mount.Name ?? '') : mount.Source,
      hostPath: mount.Source,
      target: mount.Destination,
      readOnly: !mount.RW,
    })),
    tcpPorts: tcpPorts(config, host),
    rootPath,
  };
}

function healthCommand(config: ContainerConfig): string[] | null {
  const [form, ...words] = (config.Healthcheck?.Test ?? []) as string[];
  if (form === 'CMD') return words;
  if (form === 'CMD-SHELL') return [...(config.Shell?.length ? config.Shell : ['/bin/sh', '-c']), ...words];
  return null;
}

function tcpPorts(config: ContainerConfig, host: JsonObject): number[] {
  const named = [...Object.keys(config.ExposedPorts ?? {}), ...Object.keys((host.PortBindings ?? {}) as JsonObject)];
  const numbers = named.filter((port) => port.endsWith('/tcp')).map((port) => Number.parseInt(port, 10));
  return [...new Set(numbers)].sort((a, b) => a - b);
}

// The engine writes the year 1 for "never".
function engineDate(text: string | undefined): Date | null {
  return !text || text.startsWith('0001-') ? null : new Date(text);
}
