import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as changeRoutes from '../../../src/api/contract/change.ts';
import { installCli, listCliReleases, rollbackCli, updateCli } from '../../../src/api/contract/cli-releases.ts';
import * as configurationRoutes from '../../../src/api/contract/configuration.ts';
import { showConsole } from '../../../src/api/contract/console.ts';
import * as imageRoutes from '../../../src/api/contract/image-routes.ts';
import * as journalRoutes from '../../../src/api/contract/journal-routes.ts';
import { followLog, log } from '../../../src/api/contract/log.ts';
import * as manifestRoutes from '../../../src/api/contract/manifest-routes.ts';
import { move, movePlan } from '../../../src/api/contract/move.ts';
import { listNotifications, metrics, testNotification } from '../../../src/api/contract/notifications.ts';
import { promote, promotionPlan } from '../../../src/api/contract/promotion.ts';
import * as rehearsalRoutes from '../../../src/api/contract/rehearsal-routes.ts';
import * as releaseDeletionRoutes from '../../../src/api/contract/release-deletion.ts';
import * as releaseHistoryRoutes from '../../../src/api/contract/release-history.ts';
import * as routes from '../../../src/api/contract/routes.ts';
import * as runningRoutes from '../../../src/api/contract/running-routes.ts';
import * as serviceEngineRoutes from '../../../src/api/contract/service-engines.ts';
import * as snapshotRoutes from '../../../src/api/contract/snapshot-routes.ts';
import * as techSupportRoutes from '../../../src/api/contract/tech-support.ts';
import { callEngine } from '../../../src/demo/private-engine/engine-api.ts';
import { TestBelay } from '../../support/belay.ts';

// What the API says to requests that are not as they should be needs no engine.
let belay: TestBelay;

beforeAll(async () => {
  belay = new TestBelay('unix:///nonexistent/engine.sock');
  await belay.start();
});
afterAll(async () => {
  await belay?.close();
});

interface Answer {
  status: number;
  body: { error: { code: string; message: string; hint: string | null; details: object } };
}

async function ask(method: string, path: string, body?: string, headers: Record<string, string> = {}): Promise<Answer> {
  const type = body === undefined ? {} : { 'content-type': 'application/json' };
  const answer = await callEngine(belay.socket, path, {
    method,
    headers: { ...type, ...headers },
    ...(body === undefined ? {} : { body: Buffer.from(body) }),
    timeoutMs: 10_000,
  });
  return { status: answer.status, body: JSON.parse(answer.body.toString()) };
}

/** One sentence, a code, and always the same four fields. */
function expectError({ body }: Answer, code: string): void {
  expect(Object.keys(body.error).sort()).toEqual(['code', 'details', 'hint', 'message']);
  expect(body.error.code).toBe(code);
  expect(body.error.message).toMatch(/^\S.*[.]$/);
  expect(body.error.message).not.toMatch(/\n|\bat \w+ \(|\[object/);
}

describe('the OpenAPI document', () => {
  it('lists every route of the contract', async () => {
    const answer = await callEngine(belay.socket, '/api/openapi.json');
    expect(answer.status).toBe(200);
    const { openapi, paths } = JSON.parse(answer.body.toString());
    expect(openapi).toBe('3.1.0');
    const listed = Object.entries(paths as Record<string, object>).flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => `${method} ${path}`),
    );
    const all = {
      ...routes,
      ...manifestRoutes,
      ...runningRoutes,
      ...journalRoutes,
      ...techSupportRoutes,
      ...snapshotRoutes,
      ...releaseDeletionRoutes,
      ...releaseHistoryRoutes,
      ...rehearsalRoutes,
      ...changeRoutes,
      ...configurationRoutes,
      ...serviceEngineRoutes,
      ...imageRoutes,
      listCliReleases,
      updateCli,
      rollbackCli,
      installCli,
      listNotifications,
      testNotification,
      metrics,
      showConsole,
      move,
      movePlan,
      promote,
      promotionPlan,
      log,
      followLog,
    };
    const contract = Object.values(all).map(({ method, path }) => `${method} ${path}`);
    expect(listed.sort()).toEqual(contract.sort());
    expect(contract).toEqual(
      expect.arrayContaining([
        'post /api/cluster/upgrade',
        'post /api/cluster/rollback',
        'get /api/upgrade/status',
        'get /api/releases',
        'get /api/events',
        'post /api/cluster/confirm',
        'post /api/upgrade/extend',
        'post /api/upgrade/abort',
      ]),
    );
  });
});

describe('a request that is not as it should be', () => {
  const UPGRADE = '/api/cluster/upgrade';
  const ROLLBACK = '/api/cluster/rollback';
  const ENVIRONMENT = '/api/configuration/environment';

  it.each([
    ['is not JSON', UPGRADE, '{"version": '],
    ['is JSON, but no object', UPGRADE, '"2.0"'],
    ['is an array', UPGRADE, '[]'],
    ['is null', UPGRADE, 'null'],
    ['lacks a field', UPGRADE, '{}'],
    ['has a field that nobody knows', UPGRADE, '{"version":"2.0","hurry":true}'],
    ['has a number for a word', UPGRADE, '{"version":2.1}'],
    ['has an empty word', UPGRADE, '{"version":""}'],
    ['has a word without end', UPGRADE, JSON.stringify({ version: '1'.repeat(129) })],
    ['reaches for the prototype', UPGRADE, '{"version":"2.0","__proto__":{"by":"root"}}'],
    ['is larger than any request', UPGRADE, JSON.stringify({ version: 'x'.repeat(100_000) })],
    ['is not JSON', ROLLBACK, 'release=RAAAAAAAAAA'],
    ['has a word for a yes', ROLLBACK, '{"legacy":"yes"}'],
    ['has a field that nobody knows', ROLLBACK, '{"to":"RAAAAAAAAAA"}'],
    ['has a duration without a unit', UPGRADE, '{"version":"2.0","confirmWithin":"10"}'],
    ['has a duration of nothing', UPGRADE, '{"version":"2.0","confirmWithin":"0s"}'],
    ['has a duration that is a number', UPGRADE, '{"version":"2.0","confirmWithin":600}'],
    ['has a window without end', UPGRADE, '{"version":"2.0","confirmWithin":"31d"}'],
    ['has no duration', '/api/upgrade/extend', '{}'],
    ['has a duration in words', '/api/upgrade/extend', '{"duration":"ten minutes"}'],
    ['names no release', '/api/cluster/promote', '{}'],
    ['has a window without end', '/api/cluster/promote', '{"release":"RAAAAAAAAAA","confirmWithin":"31d"}'],
    ['is no note', '/api/releases/RAAAAAAAAAA/note', '{"note":"x"}'],
    ['has a note that is a number', '/api/releases/RAAAAAAAAAA/note', '{"text":5}'],
    ['names a variable with a blank', ENVIRONMENT, '{"set":[{"name":"LOG LEVEL","value":"x"}]}'],
    ['names a variable after the prototype only', ENVIRONMENT, '{"set":{"__proto__":"x"}}'],
    ['has a NUL in a value', ENVIRONMENT, '{"set":[{"name":"LOG","value":"a\\u0000b"}]}'],
    ['has a value without end', ENVIRONMENT, JSON.stringify({ set: [{ name: 'LOG', value: 'x'.repeat(33_000) }] })],
    ['unsets a number', ENVIRONMENT, '{"unset":[5]}'],
    ['has an image that is a number', '/api/configuration/image', '{"reference":5}'],
    ['asks for no service engine', '/api/serviceengines/scale', '{"count":0}'],
    ['asks for a fraction of one', '/api/serviceengines/scale', '{"count":1.5}'],
    ['names no service engine', '/api/serviceengines/remove', '{}'],
    ['names a container with a number', '/api/appliances', '{"container":5}'],
  ])('%s (%s)', async (_what, path, body) => {
    const answer = await ask('POST', path, body);
    expect(answer.status).toBe(400);
    expectError(answer, 'invalid-input');
  });

  it('may name an appliance also where there need be none, as every client does', async () => {
    const answer = await ask('GET', '/api/bundles/import/plan?file=/nonexistent.bundle&appliance=acme');
    expect(answer.body.error.code).not.toBe('invalid-input');
  });

  it('names a file that is not there', async () => {
    const answer = await ask('GET', '/api/snapshots/import/plan?file=/nonexistent/acme.belay&appliance=acme');
    expect(answer.status).toBe(404);
    expectError(answer, 'not-found');
    expect(answer.body.error.hint).toContain('ls -l /nonexistent');
  });

  it('is refused where its body is not said to be JSON, instead of being read as empty', async () => {
    for (const type of ['application/x-www-form-urlencoded', 'text/plain']) {
      const answer = await ask('POST', ROLLBACK, '{"release":"RAAAAAAAAAA"}', { 'content-type': type });
      expect(answer.status).toBe(400);
      expectError(answer, 'invalid-input');
      expect(answer.body.error.hint).toContain('JSON');
    }
  });

  it.each([
    '/api/releases?limit=many',
    '/api/releases?limit=0',
    '/api/rollback/plan?legacy=perhaps',
    '/api/releases?limit=1001',
    `/api/releases?before=${'R'.repeat(21)}`,
    '/api/upgrade/history?limit=1e9',
    '/api/bundles/import/plan',
    '/api/snapshots/import/plan',
    '/api/snapshots/import/plan?file=~/x.belay',
    '/api/snapshots/SAAAAAAAAAA/export/plan',
    '/api/bundles/import/plan?file=relative',
    '/api/bundles/export/plan?version=2.0',
    '/api/mirror/plan?version=2.0',
    '/api/upgrade/plan',
    '/api/upgrade/plan?version=2.0&confirmWithin=soon',
    `/api/system?appliance=${'a'.repeat(64)}`,
  ])('has a query that cannot be: %s', async (path) => {
    const answer = await ask('GET', path);
    expect(answer.status).toBe(400);
    expectError(answer, 'invalid-input');
  });

  it.each([
    ['GET', '/'],
    ['GET', '/api/nothing'],
    ['GET', '/api/releases/../../etc/passwd'],
    ['DELETE', '/api/releases'],
    ['GET', UPGRADE],
  ])('asks for what is not there: %s %s', async (method, path) => {
    const answer = await ask(method, path);
    expect(answer.status).toBe(404);
    expectError(answer, 'not-found');
  });

  it('names an appliance that is not there, or none where there is none', async () => {
    for (const path of ['/api/system', '/api/releases', '/api/versions', '/api/upgrade/status', '/api/rollback/plan']) {
      for (const query of ['', '?appliance=acme']) {
        const answer = await ask('GET', path + query);
        expect(answer.status).toBe(404);
        expectError(answer, 'not-found');
        expect(answer.body.error.hint).toBeTruthy();
      }
    }
  });

  it('wants an engine where there is none', async () => {
    for (const answer of [
      await ask('GET', '/api/containers'),
      await ask('POST', '/api/appliances', '{"container":"web"}'),
    ]) {
      expect(answer.status).toBe(502);
      expectError(answer, 'engine-unreachable');
      expect(answer.body.error.hint).toBeTruthy();
    }
  });
});
