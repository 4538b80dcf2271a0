import { BelayError } from '../domain/errors.ts';
import { splitRepository } from '../domain/image-reference.ts';
import { engineFull, engineSentence, isFull, shortened, statusOf } from './engine-errors.ts';

export const registryName = (repository: string): string => splitRepository(repository).host ?? 'Docker Hub';

export const noSuchImage = (reference: string, repository: string): BelayError =>
  new BelayError('not-found', `${registryName(repository)} has no image ${reference}.`, {
    hint: 'See which versions it has: show versions',
  });

export const notAllowed = (repository: string): BelayError =>
  new BelayError('registry-failed', `${registryName(repository)} does not let this host read ${repository}.`, {
    hint: `Log in as the user that Belay runs as: docker login ${splitRepository(repository).host ?? ''}`.trim(),
  });

export const registryUnreachable = (repository: string, reason: string, cause?: unknown): BelayError =>
  new BelayError('registry-unreachable', `The registry ${registryName(repository)} cannot be reached.`, {
    hint: 'Check its name and the network, then try again.',
    details: { reason },
    cause,
  });

/**
 * What the engine said about a registry. It answers 500 to nearly everything and its sentence is all
 * there is to tell one failure from another; it is kept in the details.
 */
export function registryFailure(thrown: unknown, reference: string, repository: string): unknown {
  const engine = engineSentence(thrown);
  if (engine === '') return thrown;
  if (isFull(engine)) return engineFull({ engine });
  const status = statusOf(thrown);
  if (status === 404 || /manifest unknown|name unknown|not found: manifest/i.test(engine)) {
    return noSuchImage(reference, repository);
  }
  if (status === 401 || status === 403 || /unauthorized|denied|no basic auth|HTTP 40[13]/i.test(engine)) {
    return notAllowed(repository);
  }
  if (
    /dial tcp|lookup |(?<!unexpected )EOF|i\/o timeout|deadline exceeded|TLS handshake|x509|connection re|no route|Client\.Timeout/i.test(
      engine,
    )
  ) {
    return registryUnreachable(repository, engine, thrown);
  }
  const said = shortened(engine).replace(/[.…]?$/, '.');
  return new BelayError('registry-failed', `Fetching ${reference} from the registry failed: ${said}`, {
    hint: 'Try again; if it stays so, ask who runs the registry.',
    details: { engine },
    cause: thrown,
  });
}

export const noSuchRepository = (repository: string): BelayError =>
  new BelayError('not-found', `${registryName(repository)} has no repository ${repository}.`, {
    hint: 'Check the name of the image: show system',
  });

export const registryFailed = (repository: string, what: string): BelayError =>
  new BelayError('registry-failed', `The registry ${registryName(repository)} failed: ${what}.`, {
    hint: 'Try again; if it stays so, ask who runs the registry.',
  });
