/** All templates of a project, and what is wrong with them. */
import type { Diagnostic } from '../../compiler/index.ts';
import { foundAhead, ownPart } from './ahead.ts';
import { CleanTemplates } from './clean-templates.ts';
import { openProject, type ProjectOptions } from './project.ts';
import { ProjectChecker } from './project-checker.ts';

export interface Checked {
  /** By file, in the order of the project, and by place. */
  readonly faults: readonly Diagnostic[];
  readonly files: number;
  readonly templates: number;
}

/** `onFile` is told how many files are done. */
export async function checkProject(
  options: ProjectOptions,
  onFile: (done: number, of: number) => void = () => undefined,
): Promise<Checked> {
  const { programs, files, count } = openProject(options);
  const clean = new CleanTemplates(JSON.stringify([process.cwd(), options]));
  const checker = new ProjectChecker(programs, clean);
  const templates = files.reduce((sum, file) => sum + checker.templatesIn(file).length, 0);
  const own = clean.isNew ? Math.ceil(files.length * ownPart(templates)) : files.length;
  const ahead = foundAhead(files.slice(own).flatMap(file => checker.sent(file)));
  const faults: Diagnostic[] = [];
  for (const [i, file] of files.entries()) {
    if (i === own) clean.add(await ahead);
    onFile(i, files.length);
    faults.push(...checker.faultsIn(file));
  }
  clean.save();
  return { faults, files: count, templates };
}
