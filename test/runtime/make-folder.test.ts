import { existsSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { makeFolder } from '../../runtime/index.ts';

function place(): string {
  const folder = mkdtempSync(join(tmpdir(), 'einc-test-'));
  onTestFinished(() => {
    rmSync(folder, { recursive: true });
  });
  return folder;
}

test('those above it are made too, and those that are there stay', () => {
  const path = join(place(), 'a', 'b', 'c');
  makeFolder(path, 0o700);
  writeFileSync(join(path, 'file'), '');
  makeFolder(path, 0o700);
  expect(existsSync(join(path, 'file'))).toBe(true);
  expect(statSync(join(path, '..')).mode & 0o777).toBe(0o700);
});

test('below a file, and in the place of one', () => {
  const file = join(place(), 'file');
  writeFileSync(file, '');
  expect(() => {
    makeFolder(join(file, 'a'));
  }).toThrow(`ENOTDIR: not a directory, mkdir '${join(file, 'a')}'`);
  expect(() => {
    makeFolder(file);
  }).toThrow(`EEXIST: file already exists, mkdir '${file}'`);
});

// Node's own never returns from this.
test.skipIf(!existsSync('/proc/self'))('where the file system makes none', () => {
  expect(() => {
    makeFolder('/proc/einc/a');
  }).toThrow("ENOENT: no such file or directory, mkdir '/proc/einc'");
});
