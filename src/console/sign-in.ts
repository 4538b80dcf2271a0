import { ApiError, call } from './api.ts';
import { h } from './element.ts';
import { problemText } from './question.ts';

/** Asks for the token; calls `onSignedIn` once it was the right one. */
export function signInForm(onSignedIn: () => void): HTMLElement {
  const token = h('input', {
    id: 'token',
    name: 'token',
    type: 'password',
    autocomplete: 'current-password',
    spellcheck: 'false',
    required: true,
    autofocus: true,
    'aria-describedby': 'token-help',
  });
  const button = h('button', { type: 'submit', class: 'button primary' }, 'Sign in');
  const problem = h('div', { role: 'alert' });
  const onsubmit = async (event: Event) => {
    event.preventDefault();
    button.disabled = true;
    problem.replaceChildren();
    try {
      await call('/console/sign-in', {}, { token: token.value });
      onSignedIn();
    } catch (thrown) {
      const isWrong = thrown instanceof ApiError && thrown.status === 401;
      problem.replaceChildren(problemText(isWrong ? new ApiError(401, 'That is not the token.', null) : thrown));
      button.disabled = false;
      token.focus();
      token.select();
    }
  };
  return h(
    'form',
    {
      class: 'panel sign-in',
      'data-key': 'sign-in',
      'aria-labelledby': 'sign-in-title',
      onsubmit: (event) => void onsubmit(event),
    },
    h('h1', { id: 'sign-in-title' }, 'Sign in'),
    h('label', { for: 'token' }, 'Token'),
    token,
    h(
      'p',
      { id: 'token-help', class: 'quiet' },
      'It is in a file on the appliance. To see in which one, type there: ',
      h('code', {}, 'belay show console'),
    ),
    problem,
    button,
  );
}
