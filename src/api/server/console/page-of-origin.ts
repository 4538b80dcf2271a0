import { Refusal } from './refusal.ts';

export const isLook = (request: Request): boolean => ['GET', 'HEAD'].includes(request.method);

/** Browsers say which page a request comes from; programs do not, and need not. */
export function refuseOtherPages(request: Request): void {
  const foreign = new Refusal(403, 'refused', 'The request comes from another page.', 'Open the console: show console');
  const origin = request.headers.get('origin');
  const own = `${new URL(request.url).protocol}//${request.headers.get('host')}`;
  if (origin !== null && origin.toLowerCase() !== own.toLowerCase()) throw foreign;
  const site = request.headers.get('sec-fetch-site');
  if (site !== null && site !== 'same-origin' && site !== 'none') throw foreign;
  if (isLook(request)) return;
  const type = request.headers.get('content-type');
  // No page can send a token of its own accord: a program's request without a body needs no type.
  if (type === null && request.headers.has('authorization')) return;
  if (type?.split(';')[0]?.trim().toLowerCase() !== 'application/json') {
    throw new Refusal(415, 'invalid-input', 'A change has to be sent as JSON.', 'Content-Type: application/json');
  }
}
