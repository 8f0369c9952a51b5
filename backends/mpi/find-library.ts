/** Which libmpi a process needs, judged by how it was launched. */
import type { Launch } from '../../runtime/index.ts';

const openMpi = ['libmpi.so.40', 'libmpi.so'];
/** MPICH's own name, Debian's, and that of Intel MPI and MVAPICH; Cray's. */
const mpich = ['libmpich.so.12', 'libmpi.so.12', 'libmpi_cray.so.12', 'libmpi.so'];

/** The names to try, the likeliest first: a library of one family does not recognise the launcher of the other. */
export function librariesFor(
  { by }: Launch,
  chosen = process.env['EINC_MPI'] ?? '',
): readonly string[] {
  if (chosen !== '') return [chosen];
  if (by === 'Open MPI') return openMpi;
  return by === 'MPICH' ? mpich : [...new Set([...openMpi.slice(0, 1), ...mpich])];
}
