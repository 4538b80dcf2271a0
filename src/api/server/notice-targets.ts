import { COMMAND_TARGET, type NoticeTarget } from '../../domain/notice.ts';
import type { NotifyRules } from '../../domain/notify-rules.ts';

/**
 * What a target is called where people read it: without the path and the user of a URL, where chat servers have their
 * secret. Several that are alike without them are told apart by their place in the manifest, counted from 1.
 */
export function targetName(target: NoticeTarget, { webhooks }: Pick<NotifyRules, 'webhooks'>): string {
  if (target === COMMAND_TARGET) return 'the notify command';
  const place = placeOf(target);
  const alike = webhooks.filter(({ url }) => placeOf(url) === place);
  const position = webhooks.findIndex(({ url }) => url === target);
  if (position < 0) return alike.length > 0 ? `a former webhook at ${place}` : place;
  return alike.length > 1 ? `webhook ${position + 1} at ${place}` : place;
}

function placeOf(target: NoticeTarget): string {
  const url = URL.parse(target);
  return url ? `${url.origin}${url.pathname.length > 1 || url.search ? '/…' : ''}` : 'a webhook';
}
