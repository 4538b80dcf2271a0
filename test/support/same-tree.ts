import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const run = promisify(execFile);

/**
 * What differs between two trees, judged by another program than the one under test: content, owners,
 * modes, times to the nanosecond, extended attributes and ACLs by rsync's dry run; hard links and types by find.
 */
export async function treeDifferences(a: string, b: string): Promise<string[]> {
  const args = ['-naHAXc', '--delete', '--itemize-changes', '--modify-window=-1', '--numeric-ids', `${a}/`, `${b}/`];
  const { stdout } = await run('rsync', args, { maxBuffer: 64 << 20, encoding: 'latin1' });
  const [ours, theirs] = await Promise.all([linkGroups(a), linkGroups(b)]);
  const links = ours === theirs ? [] : [`hard links: ${ours} / ${theirs}`];
  return [...stdout.split('\n').filter((line) => line !== ''), ...links];
}

/** The sets of names that share an inode, in an order that does not depend on the inodes' numbers. */
async function linkGroups(root: string): Promise<string> {
  const args = [root, '-type', 'f', '-links', '+1', '-printf', '%i %P\\0'];
  const { stdout } = await run('find', args, { encoding: 'latin1', maxBuffer: 64 << 20 });
  const groups = new Map<string, string[]>();
  for (const record of stdout.split('\0').filter((text) => text !== '')) {
    const [inode = '', path = ''] = record.split(/ (.*)/s);
    groups.set(inode, [...(groups.get(inode) ?? []), path].sort());
  }
  return JSON.stringify([...groups.values()].sort());
}
