import { expect, test } from 'vitest';
import { Recall } from '../../../src/shell/line/recall.ts';

const HISTORY = ['show releases', 'upgrade system 2.1.0', 'show system', 'rollback system'];

test('up and down go through the lines and end at the one being typed', () => {
  const recall = new Recall(HISTORY);
  expect(recall.step(-1, 'draft')).toBeNull();
  expect(recall.step(1, 'draft')).toBe('rollback system');
  expect(recall.step(1, 'rollback system')).toBe('show system');
  expect(recall.step(-1, 'show system')).toBe('rollback system');
  expect(recall.step(-1, 'rollback system')).toBe('draft');
});

test('a search finds the newest, then older ones, and stays where there is none', () => {
  const recall = new Recall(HISTORY);
  recall.beginSearch('draft');
  expect(recall.found).toBe('draft');
  recall.look('SYS', false);
  expect(recall.found).toBe('rollback system');
  recall.look('sys', true);
  expect(recall.found).toBe('show system');
  recall.look('sys', true);
  recall.look('sys', true);
  expect(recall.found).toBe('upgrade system 2.1.0');
  recall.look('sysx', false);
  expect(recall.found).toBeNull();
  expect(recall.endSearch('taken')).toBe('draft');
});

test('a search that is dropped brings the line back', () => {
  const recall = new Recall(HISTORY);
  recall.beginSearch('draft');
  recall.look('show', false);
  expect(recall.endSearch('dropped')).toBe('draft');
  expect(recall.isSearching).toBe(false);
});
