/** Evaluates the file that it is given, and says where the file takes itself to be. */
import { evaluate } from '../../../runtime/code-cache.ts';

const [path = '', isWorthwhile] = process.argv.slice(2);
const { place } = evaluate<{ place: () => string }>(path, () => isWorthwhile === 'true');
console.log(place());
