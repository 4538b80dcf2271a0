import { envNameProblem, envValueProblem } from '../../domain/environment.ts';
import { isSecretName } from '../../domain/redaction.ts';

/** Why a text is no name of a variable, in one sentence; null where it is one. */
export const nameProblem = (text: string): string | null => envNameProblem(text);

/** Why a text cannot be the value of a variable, in one sentence; null where it can. */
export const valueProblem = (text: string): string | null => envValueProblem(text);

/** Whether what bears this name is not for other eyes. */
export const isSecret = (name: string): boolean => isSecretName(name);
