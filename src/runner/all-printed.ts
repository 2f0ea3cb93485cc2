/**
 * Settles when all that a process has printed is read, however slowly, or nobody reads it any more. A pipe takes only so
 * much at once: what Node still holds for it is lost when the process ends.
 */
export async function allPrinted({ stdout, stderr }: Pick<NodeJS.Process, 'stdout' | 'stderr'>): Promise<void> {
  for (const stream of [stdout, stderr]) {
    await new Promise<void>((done) => {
      stream.write('', () => {
        done();
      });
    });
  }
}
