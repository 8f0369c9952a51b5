/**
 * Runs a tool to its end, and kills it with all its children: a compiler driver that is killed
 * alone leaves its `cc1` behind, so the tool gets a process group and the group is killed.
 */
import { type ChildProcess, spawn } from 'node:child_process';

export interface ToolCall {
  readonly path: string;
  readonly args: readonly string[];
  readonly cwd: string;
  /** The whole environment of the tool; nothing is inherited. */
  readonly env: Readonly<Record<string, string>>;
  readonly timeoutMs: number;
}

export interface ToolResult {
  /** null if a signal ended the tool. */
  readonly exitCode: number | null;
  readonly signal: string | null;
  readonly timedOut: boolean;
  /** What it wrote to stderr, at most 1 MiB. */
  readonly stderr: string;
}

const stderrLimit = 1 << 20;
/** How long after the tool's end a leftover child may keep its stderr open. */
const lingerMs = 500;

const running = new Set<ChildProcess>();
process.on('exit', () => running.forEach(killGroup));

/** Rejects only if the tool cannot be started. */
export function runTool(call: ToolCall): Promise<ToolResult> {
  return new Promise((resolve, reject) => {
    const child = spawn(call.path, call.args, {
      cwd: call.cwd,
      env: call.env,
      detached: true,
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    running.add(child);
    const stderr = collect(child);
    let timedOut = false;
    const timer = setTimeout(() => {
      timedOut = true;
      killGroup(child);
    }, call.timeoutMs);
    const ended = () => {
      clearTimeout(timer);
      running.delete(child);
    };
    child.on('error', error => {
      ended();
      reject(error);
    });
    child.on('exit', () => {
      ended();
      killGroup(child);
      setTimeout(() => child.stderr.destroy(), lingerMs).unref();
    });
    child.on('close', (exitCode, signal) => {
      resolve({ exitCode, signal, timedOut, stderr: stderr() });
    });
  });
}

function collect(child: ReturnType<typeof spawn>): () => string {
  const chunks: Buffer[] = [];
  let length = 0;
  child.stderr?.on('data', (chunk: Buffer) => {
    if (length >= stderrLimit) return;
    chunks.push(chunk.subarray(0, stderrLimit - length));
    length += chunk.length;
  });
  return () => Buffer.concat(chunks).toString('utf8');
}

function killGroup(child: ChildProcess): void {
  if (child.pid === undefined) return;
  try {
    process.kill(-child.pid, 'SIGKILL');
  } catch {
    // No process of the group is left.
  }
}
