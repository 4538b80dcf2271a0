import type { Service } from './service.ts';

/** A family of figures, as Prometheus names them. */
export interface Metric {
  name: string;
  type: 'gauge' | 'counter';
  help: string;
  samples: { labels: Record<string, string>; value: number }[];
}

/** Everything that monitoring may want to know of the daemon and its appliances, from the journal alone: the engine is not asked. */
export function metricsOf({ world, daemon, isRecovering }: Service): Metric[] {
  const { journal } = world;
  const appliances = journal.appliances();
  const perAppliance = (value: (appliance: (typeof appliances)[number]) => number | null) =>
    appliances.flatMap((appliance) => {
      const figure = value(appliance);
      return figure === null ? [] : [{ labels: { appliance: appliance.name }, value: figure }];
    });
  const last = new Map(appliances.map(({ name }) => [name, journal.operations(name, 1)[0]]));
  return [
    gauge('belay_info', 'The daemon; always 1.', [{ labels: { version: daemon.version }, value: 1 }]),
    gauge('belay_start_time_seconds', 'When the daemon started, in Unix time.', [
      { labels: {}, value: daemon.startedAt.getTime() / 1_000 },
    ]),
    gauge('belay_journal_writable', '1 while the journal can be written.', [
      { labels: {}, value: journal.trouble ? 0 : 1 },
    ]),
    gauge('belay_recovering', '1 while what an earlier daemon left is brought to its end.', [
      { labels: {}, value: isRecovering ? 1 : 0 },
    ]),
    gauge(
      'belay_release_info',
      'The active release; always 1.',
      appliances.map(({ name, active }) => ({
        labels: { appliance: name, release: active, version: journal.release(active)?.version ?? 'unknown' },
        value: 1,
      })),
    ),
    gauge(
      'belay_operation_running',
      '1 while an operation of the appliance runs.',
      perAppliance(({ name }) => (last.get(name)?.state === 'running' ? 1 : 0)),
    ),
    gauge(
      'belay_last_operation_end_time_seconds',
      'When the latest operation ended, in Unix time.',
      appliances.flatMap(({ name }) => {
        const operation = last.get(name);
        if (!operation?.endedAt) return [];
        const { kind, state, endedAt } = operation;
        return [{ labels: { appliance: name, kind, state }, value: endedAt.getTime() / 1_000 }];
      }),
    ),
    gauge(
      'belay_last_operation_downtime_seconds',
      'For how long the appliance was down in the latest operation.',
      perAppliance(({ name }) => {
        const downtimeMs = last.get(name)?.facts.downtimeMs;
        return downtimeMs === undefined ? null : downtimeMs / 1_000;
      }),
    ),
    gauge(
      'belay_confirmation_pending',
      '1 while a release goes back by itself unless it is confirmed.',
      perAppliance(({ name }) => (journal.confirmations.pendingOf(name) ? 1 : 0)),
    ),
    {
      name: 'belay_operations_total',
      type: 'counter',
      help: 'Operations that have ended.',
      samples: appliances.flatMap(({ name }) =>
        journal.operationCounts(name).map(({ kind, state, count }) => ({
          labels: { appliance: name, kind, state },
          value: count,
        })),
      ),
    },
    gauge(
      'belay_notices',
      'Notices by what became of them.',
      appliances.flatMap(({ name }) =>
        journal.notices.counts(name).map(({ state, count }) => ({ labels: { appliance: name, state }, value: count })),
      ),
    ),
    gauge('process_resident_memory_bytes', 'Memory of the daemon.', [{ labels: {}, value: process.memoryUsage.rss() }]),
  ];
}

const gauge = (name: string, help: string, samples: Metric['samples']): Metric => ({
  name,
  type: 'gauge',
  help,
  samples,
});

/** The Prometheus text format, version 0.0.4. */
export function writeMetrics(metrics: readonly Metric[]): string {
  return metrics
    .flatMap(({ name, type, help, samples }) => [
      `# HELP ${name} ${help}`,
      `# TYPE ${name} ${type}`,
      ...samples.map(({ labels, value }) => `${name}${writeLabels(labels)} ${value}`),
    ])
    .map((line) => `${line}\n`)
    .join('');
}

function writeLabels(labels: Record<string, string>): string {
  const pairs = Object.entries(labels).map(([name, value]) => `${name}="${escaped(value)}"`);
  return pairs.length > 0 ? `{${pairs.join(',')}}` : '';
}

const escaped = (value: string): string =>
  value.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n');
