/**
 * The few things that the panels do to the document. Text from outside goes through `textContent` alone, and
 * nothing is written that has not changed: a selection, a focus or an opened fold survives every update.
 */
import { grouped, scaleOf } from './exact.js';

/** A sum of more characters is folded; it is opened by who wants all its digits. */
const SUM_LENGTH_SHOWN = 48;

/** @param {string} id */
export function byId(id) {
  const element = document.getElementById(id);
  if (!element) throw new Error(`The page has no #${id}`);
  return element;
}

/**
 * @param {string} tag
 * @param {string} [className]
 * @param {...(Node | string)} children
 */
export function make(tag, className = '', ...children) {
  const element = document.createElement(tag);
  if (className) element.className = className;
  element.append(...children);
  return element;
}

/**
 * @param {Element} element
 * @param {string} text
 */
export function setText(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

/**
 * Shows one element per item, in the items' order, and keeps the element of a key for as long as the key is there.
 * @template T
 * @param {Element} parent
 * @param {readonly T[]} items
 * @param {{ key: (item: T) => string, create: (item: T) => HTMLElement,
 *   update: (element: HTMLElement, item: T) => void }} how
 */
export function showList(parent, items, { key, create, update }) {
  const before = new Map(
    [...parent.children].map((child) => [/** @type {HTMLElement} */ (child).dataset.key, child]),
  );
  /** @type {Element | null} */
  let next = parent.firstElementChild;
  for (const item of items) {
    const name = key(item);
    let element = /** @type {HTMLElement | undefined} */ (before.get(name));
    before.delete(name);
    if (!element) {
      element = create(item);
      element.dataset.key = name;
    }
    update(element, item);
    if (element === next) next = next.nextElementSibling;
    else parent.insertBefore(element, next);
  }
  for (const gone of before.values()) gone.remove();
}

/**
 * An exact sum, its decimal point in line with those of its column.
 * @param {HTMLElement} cell
 * @param {string} sum
 * @param {number} scale the column's most decimal places
 */
export function setSum(cell, sum, scale) {
  cell.style.setProperty('--missing', String(Math.max(0, scale - scaleOf(sum))));
  if (cell.dataset.sum === sum) return;
  cell.dataset.sum = sum;
  if (sum.length <= SUM_LENGTH_SHOWN) return void cell.replaceChildren(grouped(sum));
  const wasOpen = cell.querySelector('details')?.open ?? false;
  const digits = sum.replace(/\D/g, '').length;
  const fold = /** @type {HTMLDetailsElement} */ (
    make(
      'details',
      'long',
      make('summary', '', `${sum.slice(0, 12)}… ${digits} digits`),
      make('span', '', sum),
    )
  );
  fold.open = wasOpen;
  cell.replaceChildren(fold);
}

/**
 * How many decimal places a column leaves room for: what nine of ten need, not what an extreme one would take.
 * @param {readonly { sum: string }[]} rows
 */
export function columnScale(rows) {
  const scales = rows.map(({ sum }) => scaleOf(sum)).sort((a, b) => a - b);
  return Math.min(4, scales[Math.ceil(0.9 * scales.length) - 1] ?? 1);
}
