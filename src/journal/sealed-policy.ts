import type { Hook, Hooks } from '../domain/hooks.ts';
import type { OperationFacts } from '../domain/operation.ts';
import { completePolicy, type Policy } from '../domain/policy.ts';
import { isSecretName, redactText } from '../domain/redaction.ts';
import { UNREADABLE } from '../domain/secrets.ts';
import { Vault } from './vault.ts';

/** What becomes of a text that may be secret; `name` is what it belongs to. */
type Turn = (text: string, name: string, isSecret: boolean) => string;

/** An appliance's policy as the journal keeps it: a manifest's text with secrets in it, and secrets of hooks, are sealed. */
export const writePolicy = (policy: Policy, appliance: string, vault: Vault): string =>
  JSON.stringify(turned(policy, sealing(appliance, vault)));

/** The policy, complete; what cannot be opened is there as something that nobody can read. */
export const readPolicy = (text: string, appliance: string, vault: Vault): Policy =>
  turned(completePolicy(JSON.parse(text)), opening(appliance, vault));

/** What the steps of an operation have learnt, as the journal keeps it: with policies and hooks as `writePolicy` does. */
export const writeFacts = (facts: OperationFacts, appliance: string, vault: Vault): string =>
  JSON.stringify(turnedFacts(facts, sealing(appliance, vault)));

/** `parse` reads the text; nothing of it is copied where there is nothing to open. */
export function readFacts(
  text: string,
  appliance: string,
  vault: Vault,
  parse: (text: string) => OperationFacts,
): OperationFacts {
  const facts = parse(text);
  return text.includes('enc:v1:') ? turnedFacts(facts, opening(appliance, vault)) : facts;
}

function sealing(appliance: string, vault: Vault): Turn {
  return (text, name, isSecret) => {
    // What could not be opened is kept as it was: its key may come back.
    if (text.startsWith(UNREADABLE)) return text.slice(UNREADABLE.length);
    if (text === '' || !(isSecret || Vault.isSealed(text))) return text;
    return vault.seal(text, { appliance, service: '', name });
  };
}

function opening(appliance: string, vault: Vault): Turn {
  return (text, name) => {
    if (!Vault.isSealed(text)) return text;
    return vault.open(text, { appliance, service: '', name }) ?? `${UNREADABLE}${text}`;
  };
}

function turnedFacts(facts: OperationFacts, turn: Turn): OperationFacts {
  const { install, planned } = facts;
  return {
    ...facts,
    ...(install ? { install: { ...install, policy: turned(install.policy, turn) } } : {}),
    ...(planned ? { planned: { ...planned, hooks: turnedHooks(planned.hooks, turn) } } : {}),
  };
}

function turned(policy: Policy, turn: Turn): Policy {
  const { manifest, hooks, notify } = policy;
  return {
    ...policy,
    hooks: turnedHooks(hooks, turn),
    notify: { ...notify, command: notify.command && turnedHook(notify.command, turn) },
    manifest: manifest && { ...manifest, text: turn(manifest.text, 'manifest', mayHoldSecrets(policy, manifest.text)) },
  };
}

/** Rather once too often: who has the key sees no difference. */
function mayHoldSecrets({ services }: Policy, text: string): boolean {
  if (Object.values(services).some(({ secrets = [] }) => secrets.length > 0)) return true;
  return redactText(text) !== text || (text.match(/[A-Za-z_][\w.-]*/g) ?? []).some(isSecretName);
}

const turnedHooks = (hooks: Hooks, turn: Turn): Hooks =>
  Object.fromEntries(Object.entries(hooks).map(([name, hook]) => [name, turnedHook(hook, turn)]));

function turnedHook(hook: Hook, turn: Turn): Hook {
  const environment = Object.entries(hook.environment).map(([name, value]) => {
    const isSecret = isSecretName(name) || redactText(value) !== value;
    return [name, turn(value, `hook ${name}`, isSecret)] as const;
  });
  return { ...hook, environment: Object.fromEntries(environment) };
}
