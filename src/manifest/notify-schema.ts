import { z } from 'zod';
import { NOTICE_EVENTS, type NoticeEvent } from '../domain/notify-rules.ts';
import * as field from './fields.ts';

type Chosen = Exclude<NoticeEvent, 'test'>;
const CHOICES = NOTICE_EVENTS.filter((event): event is Chosen => event !== 'test');
export const DEFAULT_EVENTS = CHOICES.filter((event) => event !== 'started');

const webhook = z.strictObject({
  url: field.kind({ type: 'string', format: 'uri' }, 'an http or https URL', (text) =>
    /^https?:$/.test(URL.parse(text)?.protocol ?? '') ? text : null,
  ),
  secret_file: field
    .kind({ type: 'string', pattern: '^/' }, 'an absolute path', (text) => (text.startsWith('/') ? text : null))
    .optional()
    .describe('A file of the host with the secret that notices are signed with (Standard Webhooks).'),
  events: z
    .array(field.oneOf(CHOICES))
    .min(1)
    .optional()
    .describe(`Of what it is told. Default: ${DEFAULT_EVENTS.join(', ')}.`),
});

export const notify = z.strictObject({
  webhooks: z.array(webhook).max(20).describe('Where a notice is posted, signed, and tried again for two days.'),
});
