import { pushImage, splitReference } from '../../src/demo/private-engine/images.ts';
import type { Engine } from '../../src/demo/private-engine/private-engine.ts';
import type { TarEntry } from '../../src/demo/private-engine/tar.ts';
import { makeImage } from './images.ts';

/** How a version of the test appliance behaves once it runs. */
export type Behaviour =
  | 'serves'
  | 'exits-at-once' // prints a reason and exits 1
  | 'out-of-memory' // takes all the memory that it may, and more
  | 'crash-loops' // serves for a second, then exits 1, each time it is started
  | 'never-healthy' // runs, and fails its health check
  | 'dies-later' // healthy, then exits 1 after `afterSeconds`
  | 'wrong-version' // serves, and reports 0.0.0
  | 'ignores-stop' // serves, and does not heed SIGTERM
  | 'slow-migration' // logs progress for `afterSeconds` before it serves
  | 'silent-migration' // writes to its data for `afterSeconds` before it serves, and logs nothing
  | 'hangs'; // does nothing for `afterSeconds` before it serves

export interface TestAppliance {
  /** With the version as its tag: `127.0.0.1:5000/acme/server:2.0`. */
  reference: string;
  behaviour?: Behaviour;
  /**
   * The format that this version keeps its data in. Older data is migrated at the first start, so that
   * an older version can never read it again; newer data makes it exit 1.
   */
  dataFormat?: number;
  afterSeconds?: number;
  /** In the place of /data. */
  dataPath?: string;
  /** Whether it declares /data as a volume; it does unless told otherwise. */
  volume?: boolean;
  /** Further Dockerfile instructions, such as `ENV LOG_LEVEL=info`. */
  changes?: string[];
  /** Further files of the image. */
  files?: TarEntry[];
}

const BEFORE_SERVING: Partial<Record<Behaviour, string>> = {
  'exits-at-once': 'echo "fatal: cannot find the licence" >&2; exit 1',
  // A line without an end is kept whole.
  'out-of-memory': 'tail -n 1 /dev/zero; exit 1',
  'slow-migration': 'n=0; while [ $n -lt $AFTER ]; do n=$((n+1)); echo "migrating table $n of $AFTER"; sleep 1; done',
  'silent-migration': 'n=0; while [ $n -lt $AFTER ]; do n=$((n+1)); echo $n >> /data/progress; sleep 1; done',
  // In the foreground the shell would not heed a signal before it is over.
  hangs: 'sleep $AFTER & wait $!',
};

const WHILE_SERVING: Partial<Record<Behaviour, string>> = {
  'crash-loops': 'sleep 1; echo "fatal: out of licences" >&2; exit 1',
  'dies-later': 'sleep $AFTER; echo "fatal: lost the cluster" >&2; exit 1',
};

// httpd is a child: a process 1 without a handler would ignore SIGTERM. `wait` returns when the trap fires.
function startScript(
  version: string,
  options: Required<Pick<TestAppliance, 'behaviour' | 'dataFormat' | 'afterSeconds'>>,
) {
  const { behaviour, dataFormat, afterSeconds } = options;
  const onStop = behaviour === 'ignores-stop' ? "''" : "'echo stopping; kill $server 2>/dev/null; exit 0'";
  return `#!/bin/sh
AFTER=${afterSeconds}
trap ${onStop} TERM INT
[ -z "$IGNORES_STOP" ] || trap '' TERM INT
echo "starting version ${version}"
format=$(cat /data/format 2>/dev/null || echo 0)
if [ "$format" -gt ${dataFormat} ]; then
  echo "fatal: the data has format $format, version ${version} reads up to ${dataFormat}" >&2
  exit 1
fi
${BEFORE_SERVING[behaviour] ?? ':'}
if [ "$format" -eq 0 ]; then
  head -c 16 /dev/urandom | sha256sum | cut -c1-32 > /data/witness
  [ ! -d /second ] || cp /data/witness /second/witness
elif [ "$format" -lt ${dataFormat} ]; then
  echo "migrating data from format $format to ${dataFormat}"
  for data in /data /second; do
    [ ! -f $data/witness ] || { sha256sum < $data/witness | cut -c1-32 > $data/witness.new && mv $data/witness.new $data/witness; }
  done
fi
echo ${dataFormat} > /data/format
httpd -f -p 8080 -h /www &
server=$!
echo "version ${version} is serving"
${WHILE_SERVING[behaviour] ?? 'while kill -0 $server 2>/dev/null; do wait $server; done; exit 1'}
`;
}

// GET /cgi-bin/note?words appends a line to the data, as a user of the appliance would.
const NOTE = `#!/bin/sh
echo "$QUERY_STRING" >> /data/notes && sync /data/notes
printf 'Content-Type: text/plain\\r\\n\\r\\nnoted\\n'
`;

/**
 * Makes one version of a small appliance: it serves HTTP on port 8080 (`/version`, `/data/witness`,
 * `/data/notes`, `/cgi-bin/note?words`), keeps its data on the volume /data (and a second witness in /second,
 * where that is mounted), has a health check of one second and the label io.belay.version-command. Where the reference names a registry on 127.0.0.1 it
 * is pushed there. Returns the engine's id of the image and its digest in the registry.
 */
export async function makeAppliance(
  engine: Engine,
  appliance: TestAppliance,
): Promise<{ imageId: string; digest: string | null }> {
  const { dataPath = '/data' } = appliance;
  const inPlace = (script: string) => script.replaceAll('/data', dataPath);
  const { behaviour = 'serves', dataFormat = 1, afterSeconds = 5, volume = true, changes = [], files = [] } = appliance;
  const { tag: version } = splitReference(appliance.reference);
  const probe = behaviour === 'never-healthy' ? 'false' : 'wget -q -O /dev/null http://127.0.0.1:8080/version';
  const imageId = await makeImage(engine, {
    reference: appliance.reference,
    files: [
      {
        path: 'bin/appliance',
        content: inPlace(startScript(version, { behaviour, dataFormat, afterSeconds })),
        mode: 0o755,
      },
      { path: 'www/version', content: `${behaviour === 'wrong-version' ? '0.0.0' : version}\n` },
      { path: 'www/data', linkTo: dataPath },
      { path: 'www/cgi-bin/' },
      { path: 'www/cgi-bin/note', content: inPlace(NOTE), mode: 0o755 },
      ...files,
    ],
    changes: [
      'CMD ["/bin/appliance"]',
      'ENV PATH=/bin',
      ...(volume ? [`VOLUME ${dataPath}`] : []),
      'EXPOSE 8080',
      `HEALTHCHECK --interval=1s --timeout=2s --retries=2 CMD ${probe}`,
      'LABEL io.belay.version-command="cat /www/version"',
      ...changes,
    ],
  });
  const isPushed = appliance.reference.startsWith('127.0.0.1:');
  return { imageId, digest: isPushed ? await pushImage(engine, appliance.reference) : null };
}
