import { ApiError } from './api.ts';
import { type Child, h } from './element.ts';
import { icon } from './icon.ts';

export interface Question<Plan> {
  title: string;
  /** What the button says that does it. */
  doIt: string;
  isGrave: boolean;
  /** What is known before anything is done, and what it says in one sentence. */
  plan: () => Promise<Plan>;
  sentence: (plan: Plan) => string;
  body: (plan: Plan) => Child;
  isPossible: (plan: Plan) => boolean;
  /** Something to choose before. */
  choice?: HTMLElement;
  act: () => Promise<void>;
}

/** Asks before something is changed, with its plan. Resolves with whether it was begun. Enter and Escape say no. */
export async function ask<Plan>(question: Question<Plan>): Promise<boolean> {
  const sentence = h('p', { class: 'sentence', role: 'status' }, 'Looking at what would change…');
  const body = h('div', { class: 'dialog-body', tabindex: -1 });
  const problem = h('div', { role: 'alert' });
  const no = h('button', { type: 'button', class: 'button', autofocus: true, onclick: () => dialog.close() }, 'Cancel');
  const yes = h(
    'button',
    { type: 'button', class: `button primary ${question.isGrave ? 'grave' : ''}`, disabled: true },
    question.doIt,
  );
  const dialog = h(
    'dialog',
    { 'aria-labelledby': 'dialog-title', 'aria-busy': 'true' },
    h('h2', { id: 'dialog-title' }, question.title),
    sentence,
    body,
    question.choice ?? null,
    problem,
    h('div', { class: 'buttons' }, no, yes),
  );
  let begun = false;
  yes.onclick = async () => {
    yes.disabled = true;
    problem.replaceChildren();
    try {
      await question.act();
      begun = true;
      dialog.close();
    } catch (thrown) {
      problem.replaceChildren(problemText(thrown));
      yes.disabled = false;
    }
  };
  document.body.append(dialog);
  const closed = new Promise((resolve) => dialog.addEventListener('close', resolve, { once: true }));
  dialog.showModal();
  void fill();
  await closed;
  dialog.remove();
  return begun;

  async function fill(): Promise<void> {
    try {
      const plan = await question.plan();
      body.append(h('div', {}, question.body(plan)));
      sentence.textContent = question.sentence(plan);
      yes.disabled = !question.isPossible(plan);
    } catch (thrown) {
      sentence.textContent = '';
      problem.replaceChildren(problemText(thrown));
    }
    dialog.removeAttribute('aria-busy');
  }
}

/** What went wrong, and what to do about it. */
export function problemText(thrown: unknown): HTMLElement {
  const { message, hint } = thrown instanceof ApiError ? thrown : { message: String(thrown), hint: null };
  return h(
    'div',
    { class: 'problem mood-bad' },
    icon('attention', 'Attention'),
    h('div', {}, h('p', {}, message), hint !== null && h('p', { class: 'quiet' }, hint)),
  );
}
