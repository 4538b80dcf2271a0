/** One message of a server-sent event stream. */
export interface StreamedEvent {
  event: string;
  data: string;
  /** Where the stream gives one. */
  id?: string;
}

/** No event of ours comes near it; a stream that exceeds it is not ours. */
const MAX_EVENT_CHARACTERS = 8 * 1024 * 1024;

/**
 * Reads server-sent events (WHATWG HTML, section 9.2) out of text that arrives in any pieces. Comments
 * and `retry` fields are passed over. Throws a RangeError when one event grows without end.
 */
export async function* readEventStream(chunks: AsyncIterable<string>): AsyncGenerator<StreamedEvent> {
  let rest = '';
  let event = 'message';
  let data: string[] = [];
  let id: string | undefined;
  for await (const chunk of chunks) {
    // A CR at the very end may be half of a CRLF.
    const text = rest + chunk;
    const lines = text.split(/\r\n|\n|\r(?!$)/);
    rest = lines.pop() ?? '';
    for (const line of lines) {
      if (line === '') {
        if (data.length > 0) yield { event, data: data.join('\n'), ...(id === undefined ? {} : { id }) };
        event = 'message';
        data = [];
        continue;
      }
      const [, field, value] = /^([^:]*):? ?(.*)$/s.exec(line) ?? [];
      if (field === 'data') data.push(value ?? '');
      if (field === 'event') event = value ?? 'message';
      if (field === 'id') id = value;
    }
    const held = rest.length + data.reduce((sum, line) => sum + line.length, 0);
    if (held > MAX_EVENT_CHARACTERS) throw new RangeError('An event of the stream is too long.');
  }
}
