import { expect, test } from 'vitest';
import { openLab, rawCall, SERVE } from './lab-under-test.ts';

test('a call fails as often as it is told to, or is late', async () => {
  const { lab, docker } = await openLab();
  lab.inject({ kind: 'fail', path: /^\/info$/, times: 2, status: 503, message: 'out of breath' });
  for (let attempt = 0; attempt < 2; attempt++) {
    await expect(docker.info()).rejects.toMatchObject({ statusCode: 503, json: { message: 'out of breath' } });
  }
  expect(await docker.info()).toMatchObject({ Driver: 'lab' });
  const heal = lab.inject({ kind: 'delay', path: /^\/version$/, method: 'GET', delayMs: 200 });
  const startedMs = performance.now();
  await docker.version();
  expect(performance.now() - startedMs).toBeGreaterThan(190);
  heal();
  const healedMs = performance.now();
  await docker.version();
  expect(performance.now() - healedMs).toBeLessThan(190);
});

test('an answer is cut, stalls, or ends with an error in its stream', async () => {
  const { lab } = await openLab();
  const { reference } = lab.addImage({ repository: 'acme/server', tag: '1.0', command: ['node', '-e', SERVE] });
  const pull = () => rawCall(lab.socketPath, 'POST', `/images/create?fromImage=${reference}`);
  lab.inject({
    kind: 'stream-error',
    path: /^\/images\/create$/,
    times: 1,
    afterBytes: 300,
    message: 'unexpected EOF',
  });
  const failed = (await pull()).body.toString();
  expect(failed).toHaveLength(300 + '{"errorDetail":{"message":"unexpected EOF"},"error":"unexpected EOF"}\r\n'.length);
  expect(failed).toMatch(/"error":"unexpected EOF"\}\r\n$/);
  lab.inject({ kind: 'cut', path: /^\/images\/create$/, times: 1, afterBytes: 100 });
  await expect(pull()).rejects.toMatchObject({ code: 'ECONNRESET' });
  lab.inject({ kind: 'stall', path: /^\/info$/, times: 1, afterBytes: 10 });
  const stalled = rawCall(lab.socketPath, 'GET', '/info').then(
    () => 'answered',
    () => 'broken',
  );
  const late = new Promise((resolve) => setTimeout(() => resolve('nothing'), 300));
  expect(await Promise.race([stalled, late])).toBe('nothing');
});
