/** Says what is kept of a text, and keeps something of it. */
import { openKeptTrees } from '../../../runtime/kept-trees.ts';

const [text = '', build, program] = process.argv.slice(2);
const trees = openKeptTrees({ build, program });
console.log(JSON.stringify(trees ? (trees.find('op', text) ?? null) : 'off'));
if (trees?.find('op', text) === undefined) trees?.add('op', text, { of: text, name: undefined });
