/** What a terminal shows of a training, and that nothing else shows anything. */
import { PassThrough } from 'node:stream';
import { afterEach, expect, test, vi } from 'vitest';
import { progressBar } from '../../../dsl/train/index.ts';
import { configure } from '../../../runtime/index.ts';

function screen(isTTY: boolean, columns = 100) {
  let text = '';
  const stream = Object.assign(new PassThrough(), { isTTY, columns });
  vi.spyOn(stream, 'write').mockImplementation(chunk => {
    text += String(chunk);
    return true;
  });
  return { stream: stream as unknown as NodeJS.WriteStream, text: () => text };
}

const devices = [1.9, 12.34, 0.0123].map((milliseconds, i) => ({ name: `cc:${i}`, milliseconds }));

configure({ showsProgress: true });
afterEach(() => {
  vi.restoreAllMocks();
  configure({ showsProgress: true });
});

test('a terminal has a line with the times of all devices', () => {
  const { stream, text } = screen(true);
  const bar = progressBar({ steps: 300, stream });
  bar.show(150, { loss: 0.314, devices });
  expect(text()).toBe(
    '\r[############............] step 150/300  loss 0.31  devices 1.90 12 0.012 ms\u001B[K',
  );
  bar.clear();
  expect(text().endsWith('ms\u001B[K\r\u001B[K')).toBe(true);
});

test('times are smoothed, and the line does not flicker', () => {
  const { stream, text } = screen(true);
  const bar = progressBar({ steps: 3, stream });
  bar.show(1, { loss: 1, devices: [{ name: 'cc:0', milliseconds: 2 }] });
  bar.show(2, { loss: 2, devices: [{ name: 'cc:0', milliseconds: 4 }] });
  expect(text().match(/step/g)).toHaveLength(1);
  bar.show(3, { loss: 3, devices: [{ name: 'cc:0', milliseconds: 4 }] });
  expect(text()).toContain('step 3/3  loss 3.00  devices 2.20 ms');
});

test('no line is wider than the terminal', () => {
  const { stream, text } = screen(true, 40);
  progressBar({ steps: 2, stream }).show(1, { loss: 1, devices });
  expect(text()).toHaveLength('\r'.length + 39 + '\u001B[K'.length);
});

test('a file has nothing, nor has who wants no progress', () => {
  const file = screen(false);
  const quiet = screen(true);
  const toFile = progressBar({ steps: 2, stream: file.stream });
  configure({ showsProgress: false });
  const toQuiet = progressBar({ steps: 2, stream: quiet.stream });
  for (const bar of [toFile, toQuiet]) {
    bar.show(1, { loss: 1, devices });
    bar.clear();
  }
  expect([file.text(), quiet.text()]).toEqual(['', '']);
});
