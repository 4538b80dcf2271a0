import type { EnvironmentInput } from '../../api/contract/configuration.ts';
import { carryOut } from '../carry-out.ts';
import { command } from '../command.ts';
import type { Context } from '../context.ts';
import { assigned, assignment, variable, variableValue } from '../env-kinds.ts';
import { type ExitCode, ShellError } from '../failure.ts';
import { service } from '../kinds.ts';
import { changePlanLines } from '../views/change.ts';

const onService = {
  name: 'service',
  kind: service,
  help: 'The service; the controller where it is left out',
  optional: true,
} as const;

const HOW =
  'A new release on the same data: only this service gets a new container, which has to prove itself; otherwise the ' +
  'old one is put back. To undo it later: rollback system. What it sets is in show configuration.';

/** With `what` it does to the environment of a service. */
function changeEnvironment(
  context: Context,
  named: string | undefined,
  what: Pick<EnvironmentInput, 'set' | 'unset'>,
): Promise<ExitCode> {
  const { client, signal } = context;
  const input = { ...what, ...(named === undefined ? {} : { service: named }) };
  return carryOut(context, {
    plan: () => client.environmentPlan(input, signal),
    lines: changePlanLines,
    begin: () => client.changeEnvironment(input, signal),
  });
}

export const setEnv = command({
  words: ['set', 'env'],
  summary: 'Set an environment variable of a service',
  about: `${HOW} A value with blanks stands in quotes.`,
  effect: 'changes',
  examples: ['set env LOG_LEVEL debug', 'set env GREETING "good morning" web'],
  parameters: [
    { name: 'variable', kind: variable, help: 'The variable' },
    { name: 'value', kind: variableValue, help: 'What it is to be; "" for an empty one' },
    onService,
  ],
  run: (values, context) =>
    changeEnvironment(context, values.service, { set: [{ name: values.variable, value: values.value }] }),
});

export const setEnvSeveral = command({
  words: ['set', 'env'],
  summary: 'Set environment variables of a service, several in one release',
  about: `${HOW} A value with blanks stands in quotes, as in GREETING="good morning".`,
  effect: 'changes',
  examples: ['set env LOG_LEVEL=debug', 'set env LOG_LEVEL=debug WORKERS=4 web'],
  parameters: [
    {
      name: 'variables',
      kind: assignment,
      help: 'A variable with its value; several stand behind one another',
      list: true,
    },
    onService,
  ],
  run: (values, context) =>
    changeEnvironment(context, values.service, {
      set: values.variables.map(assigned).map(({ name, value }) => ({ name, value: value ?? '' })),
    }),
});

export const setSecret = command({
  words: ['set', 'secret'],
  summary: 'Set an environment variable that nobody may see',
  about:
    'Asks for its value without showing it; on the command line it is read from standard input. From then on the variable is ' +
    `a secret, whatever it is called: redacted everywhere, and kept encrypted, until unset env. ${HOW}`,
  effect: 'changes',
  examples: ['set secret DB_PASSWORD', 'set secret LICENCE web'],
  parameters: [{ name: 'variable', kind: variable, help: 'The variable' }, onService],
  async run(values, context) {
    const { variable: name, service: named } = values;
    if (named !== undefined) await mustBeThere(context, named);
    const value = await context.readSecret(`Value of ${name} (not shown): `);
    const problem = variableValue.problem(value);
    if (problem !== null) throw new ShellError('usage', problem);
    return changeEnvironment(context, named, { set: [{ name, value, secret: true }] });
  },
});

/** What stands there may be the value, by mistake: it is not sent anywhere. */
async function mustBeThere({ client, signal }: Context, service: string): Promise<void> {
  const { appliance, services } = await client.configuration(undefined, signal);
  const names = services.map(({ name }) => name);
  if (names.includes(service)) return;
  throw new ShellError('not-found', `${appliance} has no service of that name.`, `There is ${names.join(', ')}.`);
}

export const unsetEnv = command({
  words: ['unset', 'env'],
  summary: 'Set an environment variable of a service no more',
  about: `Where its image has a value of its own for it, that counts again. ${HOW}`,
  effect: 'changes',
  examples: ['unset env LOG_LEVEL', 'unset env LOG_LEVEL web'],
  parameters: [{ name: 'variable', kind: variable, help: 'The variable' }, onService],
  run: (values, context) => changeEnvironment(context, values.service, { unset: [values.variable] }),
});
