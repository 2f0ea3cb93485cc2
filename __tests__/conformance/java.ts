import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import { findProgram, installOnce } from './installed';

const run = promisify(execFile);

/** What runs programs in Java, if there also is what compiles them, and Maven, on this machine. */
export const JAVA = ['javac', 'mvn'].every(findProgram) ? findProgram('java') : undefined;

/** Compiles a class into a folder, with what the `pom.xml` next to it names. */
export function buildWithMaven(folder: string, source: string, className: string): Promise<void> {
  const [pom, program] = [join(source, 'pom.xml'), join(source, `${className}.java`)];
  const all = [pom, program].map((file) => readFileSync(file, 'utf8')).join('\n');
  return installOnce(folder, all, async () => {
    const goal = ['dependency:copy-dependencies', `-DoutputDirectory=${join(folder, 'lib')}`];
    await run('mvn', ['--quiet', '--batch-mode', '--file', pom, ...goal]);
    await run('javac', ['-cp', classPath(folder), '-d', folder, program]);
  });
}

/** Where the JVM finds the classes of a folder, and what they use. */
export function classPath(folder: string): string {
  return [folder, join(folder, 'lib/*')].join(delimiter);
}
