import { completePolicy, type Policy } from '../domain/policy.ts';
import { isSecretName, redactText } from '../domain/redaction.ts';
import { UNREADABLE } from '../domain/secrets.ts';
import { Vault } from './vault.ts';

/** An appliance's policy as the journal keeps it: the text of a manifest with secrets in it is sealed. */
export function writePolicy(policy: Policy, appliance: string, vault: Vault): string {
  const { manifest } = policy;
  if (!manifest) return JSON.stringify(policy);
  return JSON.stringify({
    ...policy,
    manifest: { ...manifest, text: sealedText(policy, manifest.text, appliance, vault) },
  });
}

function sealedText({ services }: Policy, text: string, appliance: string, vault: Vault): string {
  // What could not be opened is kept as it was: its key may come back.
  if (text.startsWith(UNREADABLE)) return text.slice(UNREADABLE.length);
  const namesSecrets = Object.values(services).some(({ secrets = [] }) => secrets.length > 0);
  // Rather once too often: who has the key sees no difference.
  const mayHoldSome = redactText(text) !== text || (text.match(/[A-Za-z_][\w.-]*/g) ?? []).some(isSecretName);
  return namesSecrets || mayHoldSome ? vault.seal(text, placeIn(appliance)) : text;
}

/** The policy, complete; a manifest's text that cannot be opened is there as one that nobody can read. */
export function readPolicy(text: string, appliance: string, vault: Vault): Policy {
  const policy = completePolicy(JSON.parse(text));
  if (!policy.manifest || !Vault.isSealed(policy.manifest.text)) return policy;
  const { text: sealed } = policy.manifest;
  const opened = vault.open(sealed, placeIn(appliance)) ?? `${UNREADABLE}${sealed}`;
  return { ...policy, manifest: { ...policy.manifest, text: opened } };
}

const placeIn = (appliance: string) => ({ appliance, service: '', name: 'manifest' });
