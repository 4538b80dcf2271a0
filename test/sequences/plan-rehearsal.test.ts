import { afterEach, expect, test } from 'vitest';
import { FakeSite, member } from '../support/fake-site.ts';

let site: FakeSite;
afterEach(() => site.close());

test('where a rehearsal would act on the real world, it says what can be done instead', async () => {
  site = new FakeSite([member('server')], { data: 'external' });
  const { plan } = await site.service.planRehearsal(site.service.appliance('acme'), { version: '2.0', by: 'admin' });
  expect(plan.obstacles).toContainEqual({
    code: 'refused',
    message: 'The data of acme is in an external database, which a rehearsal must not touch.',
    hint: expect.stringMatching(/show upgrade plan 2\.0$/),
  });
});
