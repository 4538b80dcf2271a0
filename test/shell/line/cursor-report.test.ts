import { describe, expect, it } from 'vitest';
import { CursorReports } from '../../../src/shell/line/cursor-report.ts';

describe('where the cursor is', () => {
  const ask = (reports: CursorReports) => {
    let asked = '';
    const answer = reports.ask((text) => {
      asked += text;
    });
    expect(asked).toBe('\x1b[6n');
    return answer;
  };

  it('is taken out of what is typed around it, in pieces too', async () => {
    const reports = new CursorReports();
    const answer = ask(reports);
    expect(reports.take('show\x1b[12;')).toBe('show');
    expect(reports.take('41R rel')).toBe(' rel');
    expect(await answer).toBe(40);
  });

  it('is only taken out where it was asked for', () => {
    expect(new CursorReports().take('\x1b[1;2R')).toBe('\x1b[1;2R');
  });

  it('is one answer for each question', async () => {
    const reports = new CursorReports();
    const answers = [ask(reports), ask(reports)];
    expect(reports.take('\x1b[1;2R\x1b[1;3R\x1b[1;4R')).toBe('\x1b[1;4R');
    expect(await Promise.all(answers)).toEqual([1, 2]);
  });

  it('leaves other keys alone, and is nothing where no answer comes', async () => {
    const reports = new CursorReports();
    const answer = ask(reports);
    expect(reports.take('\x1b[A\x1b')).toBe('\x1b[A\x1b');
    expect(await answer).toBeNull();
    expect(reports.take('a')).toBe('a');
  });
});
