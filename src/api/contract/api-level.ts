/**
 * Raised when a daemon and a shell of the level before would misunderstand each other: a field that is gone or means
 * something else. What is only added leaves it as it is.
 */
export const API_LEVEL = 1;
/** In every answer of a daemon. */
export const API_LEVEL_HEADER = 'belay-api';
