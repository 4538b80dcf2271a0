import { command } from '../command.ts';
import { exitCode } from '../failure.ts';
import { formatAge, formatBytes } from '../format.ts';
import { SavedFiles, savedFile } from '../pipes/saved-files.ts';
import { printable } from '../printable.ts';
import { table } from '../views/table.ts';

export const showFiles = command({
  words: ['show', 'files'],
  summary: 'The answers that you have kept',
  about: 'What was kept with save, for you alone.',
  effect: 'looks',
  examples: ['show files'],
  parameters: [],
  async run(_values, { output, nowMs, answer }) {
    const { width, paint } = output;
    return answer(await new SavedFiles().list(), (files) => {
      if (files.length === 0) return ['You have kept nothing yet.', 'For example: show system | save before-upgrade'];
      return table(
        files,
        [
          { title: 'FILE', value: ({ name }) => name, least: 12 },
          { title: 'SIZE', value: ({ sizeBytes }) => formatBytes(sizeBytes), align: 'right' },
          { title: 'KEPT', value: ({ savedAt }) => formatAge(savedAt, nowMs()), dispensable: 1 },
        ],
        width,
        paint,
      );
    });
  },
});

export const showFile = command({
  words: ['show', 'file'],
  summary: 'An answer that you have kept',
  about: 'As it was when it was kept with save.',
  effect: 'looks',
  examples: ['show file before-upgrade', 'show file before-upgrade | include version'],
  parameters: [{ name: 'file', kind: savedFile, help: 'Its name' }],
  async run(values, { answer }) {
    return answer(await new SavedFiles().read(values.file), (lines) => lines.map(printable));
  },
});

export const deleteFile = command({
  words: ['delete', 'file'],
  summary: 'Delete an answer that you have kept',
  about: 'Only what was kept with save; nothing of the appliance.',
  effect: 'changes',
  examples: ['delete file before-upgrade'],
  parameters: [{ name: 'file', kind: savedFile, help: 'Its name' }],
  async run(values, { output, confirm, answer }) {
    const files = new SavedFiles();
    const file = (await files.list()).find(({ name }) => name === values.file);
    if (file) {
      const size = formatBytes(file.sizeBytes);
      if (!(await confirm([`This deletes ${file.name} (${size}), which you have kept.`]))) return exitCode.refused;
    }
    await files.remove(values.file);
    return answer({ deleted: values.file }, () => [output.paint.good(`${values.file} is deleted.`)]);
  },
});
