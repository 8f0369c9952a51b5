/** Checks all templates of a project. */
import type { Diagnostic } from '../../compiler/index.ts';
import type { PreparedThread } from './ahead.ts';
import type { CleanTemplates } from './clean-templates.ts';
import { findSources, openProject, type ProjectOptions } from './project.ts';
import { ProjectChecker } from './project-checker.ts';

export interface Checked {
  /** Ordered by file, as in the project, then by place. */
  readonly faults: readonly Diagnostic[];
  readonly files: number;
  readonly templates: number;
}

/** Taking over the findings of another thread costs a fraction of checking so many templates. */
const enoughForTwo = 400;

/** Calls `onFile` with the number of files done. */
export async function checkProject(
  options: ProjectOptions,
  clean: CleanTemplates,
  thread: PreparedThread | undefined,
  onFile: (done: number, of: number) => void = () => undefined,
): Promise<Checked> {
  const sources = findSources(options);
  const isForTwo = sources.templates >= enoughForTwo;
  if (!isForTwo) thread?.end();
  const ahead = isForTwo ? thread?.begin(sources.sources) : undefined;
  const { programs, files } = openProject(sources);
  const checker = new ProjectChecker(programs, clean);
  for (const [i, file] of [...files.entries()].reverse()) ahead?.send(i, checker.sent(file));
  const faults: Diagnostic[] = [];
  for (const [i, file] of files.entries()) {
    if (ahead?.take(i) === false) clean.add(await ahead.found());
    onFile(i, files.length);
    faults.push(...checker.faultsIn(file));
  }
  clean.save();
  const templates = files.reduce((sum, file) => sum + checker.templatesIn(file).length, 0);
  return { faults, files: sources.count, templates };
}
