/** The control groups (cgroups) that limit this process. */
import { readFileSync } from 'node:fs';
import { dirname } from 'node:path';

export interface Group {
  readonly folder: string;
  readonly version: 1 | 2;
}

/** The text of a file; undefined if it does not exist. */
export type Read = (path: string) => string | undefined;

/** The group of this process and its ancestors, each of which may have a limit. */
export function groupsOf(controller: 'cpu' | 'memory', read: Read): readonly Group[] {
  const membership = read('/proc/self/cgroup') ?? '';
  return membership.split('\n').flatMap(line => {
    const [, controllers, path] = /^\d+:([^:]*):(\/.*)$/.exec(line) ?? [];
    if (path === undefined) return [];
    if (controllers === '') return upwards('/sys/fs/cgroup', path, 2);
    return controllers?.split(',').includes(controller) === true
      ? upwards(`/sys/fs/cgroup/${controller}`, path, 1)
      : [];
  });
}

function upwards(mount: string, path: string, version: 1 | 2): readonly Group[] {
  const here = { folder: path === '/' ? mount : `${mount}${path}`, version };
  return path === '/' ? [here] : [here, ...upwards(mount, dirname(path), version)];
}

export function readText(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}
