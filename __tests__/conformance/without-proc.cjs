// Becomes the program that it is given, after /proc is hidden. A shell in its place would drop the variables of inputs, whose
// names it does not know.
const { execFileSync } = require('node:child_process');

const [mount, program, ...args] = process.argv.slice(2);
execFileSync(mount, ['-t', 'tmpfs', 'none', '/proc']);
process.execve(program, [program, ...args], process.env);
