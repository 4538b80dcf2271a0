import type { Engine } from '../engine.ts';
import { LabError } from '../lab-error.ts';
import { frame, type LogEntry, type LogQuery, type LogStream, matchesLog } from '../logs.ts';
import { type Call, isSet, type Route, route } from '../router.ts';

/** `since` and `until` are seconds since 1970, possibly with a fraction; 0 and none are no limit. */
const toMs = (text: string | null, otherwise: number): number => Number(text ?? 0) * 1000 || otherwise;

function parseQuery(query: URLSearchParams): LogQuery {
  const streams = new Set((['stdout', 'stderr'] satisfies LogStream[]).filter((name) => isSet(query.get(name))));
  if (streams.size === 0) throw new LabError(400, 'Bad parameters: you must choose at least one stream');
  const tail = query.get('tail') ?? 'all';
  return {
    streams,
    // Anything that is not a number means all, as it does to the engine.
    tail: /^\d+$/.test(tail) ? Number(tail) : null,
    sinceMs: toMs(query.get('since'), 0),
    untilMs: toMs(query.get('until'), Number.POSITIVE_INFINITY),
  };
}

/** What there is, then with `follow` what comes until the container ends or the client goes. */
async function streamLogs({ containers, supervisor }: Engine, call: Call): Promise<void> {
  const record = containers.find(call.params['id'] ?? '');
  const query = parseQuery(call.query);
  const hasTimes = isSet(call.query.get('timestamps'));
  const { Tty } = record.config;
  call.stream('application/octet-stream');
  const send = ({ log, stream, time }: LogEntry) => {
    const text = hasTimes ? `${time} ${log}` : log;
    call.response.write(Tty ? text : frame(stream, text));
  };
  const log = supervisor.log(record);
  for (const entry of log.read(query)) send(entry);
  if (isSet(call.query.get('follow')) && record.state.Running) {
    const end = log.follow((entry) => {
      if (matchesLog(query, entry)) send(entry);
    });
    const gone = new Promise((resolve) => call.response.once('close', resolve));
    await Promise.race([supervisor.exit(record), gone]);
    end();
  }
  call.response.end();
}

export function logRoutes(engine: Engine): Route[] {
  return [route('GET', '/containers/{id}/logs', (call) => streamLogs(engine, call))];
}
