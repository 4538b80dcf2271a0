type Handler = ((event: Event) => void) | null;
export type Child = Node | string | number | null | false | readonly Child[];

export interface Attributes {
  onclick?: Handler;
  onchange?: Handler;
  onsubmit?: Handler;
  /** Tells an element from its siblings while what is shown changes. */
  'data-key'?: string;
  [name: string]: string | number | boolean | null | undefined | Handler;
}

/** An element of the page. Text only ever becomes text: there is no way from a string to markup. */
export function h<Tag extends keyof HTMLElementTagNameMap>(
  tag: Tag,
  attributes: Attributes = {},
  ...children: Child[]
): HTMLElementTagNameMap[Tag] {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === 'function') element[name as 'onclick'] = value;
    else if (value === true) element.setAttribute(name, '');
    else if (value !== null && value !== undefined && value !== false) element.setAttribute(name, String(value));
  }
  append(element, children);
  return element;
}

function append(parent: Element, children: readonly Child[]): void {
  for (const child of children) {
    if (child === null || child === false) continue;
    if (Array.isArray(child)) append(parent, child);
    else parent.append(child instanceof Node ? child : String(child));
  }
}

/** What its reader has set stays as it is. */
const READERS_OWN = new Set(['open', 'value', 'checked']);

/** Makes `from` like `to`, changing only what differs: focus, scrolling and what is open stay where they are. */
export function morph(from: Element, to: Element): void {
  for (const name of from.getAttributeNames()) {
    if (!to.hasAttribute(name) && !isReadersOwn(from, name)) from.removeAttribute(name);
  }
  for (const name of to.getAttributeNames()) {
    const value = to.getAttribute(name) ?? '';
    if (from.getAttribute(name) !== value && !isReadersOwn(from, name)) from.setAttribute(name, value);
  }
  if (from instanceof HTMLElement && to instanceof HTMLElement) {
    from.onclick = to.onclick;
    from.onchange = to.onchange;
    from.onsubmit = to.onsubmit;
  }
  morphChildren(from, to);
}

const isReadersOwn = (element: Element, name: string): boolean =>
  READERS_OWN.has(name) && !(element instanceof HTMLProgressElement);

function morphChildren(from: Element, to: Element): void {
  const wanted = [...to.childNodes];
  const staying = new Set(wanted.map(keyOf).filter((key) => key !== null));
  let current = from.firstChild;
  for (const next of wanted) {
    while (current && isLeaving(current, staying)) current = removed(current);
    if (current && isSame(current, next)) {
      if (current instanceof Element && next instanceof Element) morph(current, next);
      else if (current.nodeValue !== next.nodeValue) current.nodeValue = next.nodeValue;
      current = current.nextSibling;
    } else {
      const elsewhere = keyed(from, keyOf(next));
      if (elsewhere && next instanceof Element) morph(elsewhere, next);
      from.insertBefore(elsewhere ?? next, current);
    }
  }
  while (current) current = removed(current);
}

const keyOf = (node: Node): string | null => (node instanceof HTMLElement ? (node.dataset['key'] ?? null) : null);

function isLeaving(node: Node, staying: ReadonlySet<string>): boolean {
  const key = keyOf(node);
  return key !== null && !staying.has(key);
}

const isSame = (one: Node, other: Node): boolean => one.nodeName === other.nodeName && keyOf(one) === keyOf(other);

const keyed = (parent: Element, key: string | null): Element | null =>
  key === null ? null : ([...parent.children].find((child) => keyOf(child) === key) ?? null);

function removed(node: ChildNode): ChildNode | null {
  const { nextSibling } = node;
  node.remove();
  return nextSibling;
}
