import type { Change } from './builds.ts';

/** Bugs that Belay does not have, one to a build: the harness must find each of them, or it proves nothing. */
export const PLANTED_BUGS = {
  'no flush before the commit': [
    {
      file: 'src/sequences/steps/commit.ts',
      piece: 'await slots.flush(mounts.map(({ path }) => path));',
      by: '',
    },
  ],
  'no comparison of content': [
    {
      file: 'src/slots/slot-store.ts',
      piece: 'await bringCopyLevel(from, to, { sinceMs: trusted, isLive: false, known, signal });',
      by: 'await bringCopyLevel(from, to, { sinceMs: Date.now() + 1e9, isLive: false, known, signal });',
    },
  ],
  'no delta': [
    {
      file: 'src/sequences/level-clones.ts',
      piece: 'await slots.bringLevel(source, clonePath(pair.to), since[pair.to.key] ?? 0, signal);',
      by: '',
    },
  ],
  'restart policy left on before the stop': [
    {
      file: 'src/sequences/steps/stop.ts',
      piece: 'await inTurns(instances, AT_A_TIME, ({ instance }) => host.setRestartPolicy(instance.id, NO_RESTART));',
      by: '',
    },
  ],
  'restart policy left off after the commit': [
    {
      file: 'src/sequences/steps/restart-policy.ts',
      piece: 'await host.setRestartPolicy(instance.id, restartPolicyOf(service), signal);',
      by: '',
    },
  ],
  'pulled by tag': [
    {
      file: 'src/docker/pull.ts',
      piece: `const pinned = \`\${source}@\${image.digest}\`;`,
      by: `const pinned = \`\${source}:\${image.tag}\`;`,
    },
    {
      file: 'src/docker/pull.ts',
      piece: "api.pull(source, image.digest ?? '', auth, watch.signal)",
      by: 'api.pull(source, image.tag, auth, watch.signal)',
    },
    { file: 'src/docker/pull.ts', piece: '!pulled?.repoDigests.includes(pinned)', by: '!pulled' },
  ],
  'started on the old slot': [
    {
      file: 'src/sequences/candidate.ts',
      piece: 'return volume ? { ...mount, source: volume } : mount;',
      by: 'return mount;',
    },
  ],
} satisfies Record<string, readonly Change[]>;
