import { allPrinted } from '../../src/runner/all-printed';

/* It ends having printed more than a pipe holds. */
process.stdout.on('error', () => undefined);
for (let line = 1; line <= 40_000; line += 1) process.stdout.write(`line ${line} ${'.'.repeat(40)}\n`);
process.stderr.write('printed\n');
void allPrinted(process).finally(() => process.exit(3));
