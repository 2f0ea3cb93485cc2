/**
 * A jest reporter: what was skipped, by name, and one plain closing line that any continuous integration can read, after
 * all that jest itself says.
 */
export default class ClosingLine {
  #chosen;

  constructor({ testNamePattern }) {
    this.#chosen = Boolean(testNamePattern);
  }

  onRunComplete(_contexts, results) {
    const failed = results.numFailedTests + results.numRuntimeErrorTestSuites;
    const skipped = results.numPendingTests + results.numTodoTests;
    // Whoever chooses tests by name knows that the others are skipped.
    const names = this.#chosen ? '' : namesOfSkipped(results.testResults);
    const line = `${results.numPassedTests} passed, ${failed} failed${skipped ? `, ${skipped} skipped` : ''}`;
    process.once('exit', () => process.stdout.write(`${names}${line}\n`));
  }
}

function namesOfSkipped(files) {
  return files
    .flatMap(({ testResults }) => testResults)
    .filter(({ status }) => status === 'pending' || status === 'todo')
    .map(({ ancestorTitles, title }) => `Skipped: ${[...ancestorTitles, title].join(' › ')}\n`)
    .join('');
}
