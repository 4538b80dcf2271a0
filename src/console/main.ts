import { Page } from './page.ts';

const part = (selector: string): HTMLElement => {
  const found = document.querySelector<HTMLElement>(selector);
  if (!found) throw new Error(`the page lacks ${selector}`);
  return found;
};

new Page({ top: part('header.top'), main: part('main'), news: part('#news') }).start();
