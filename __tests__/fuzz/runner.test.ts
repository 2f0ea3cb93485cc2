import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { readCommandFile } from '../../sandbox/runner/command-file';
import { systemClock } from '../../src/network/clock';
import { Ledger } from '../../src/runner/ledger';
import { printable } from '../../src/runner/printable';
import { actionsRunner } from '../../src/runner/runner';
import { undo } from '../../src/runner/undo';
import { holds } from './cases';
import { anyText } from './texts';

const folder = mkdtempSync(join(tmpdir(), 'fuzz-'));
const file = join(folder, 'file');

beforeAll(() => {
  process.env.GITHUB_OUTPUT = file;
  process.env.GITHUB_ENV = file;
});

afterAll(() => {
  rmSync(folder, { recursive: true });
});

/** Commands of the runner, whole and in parts, as they could stand in an answer. */
const line = fc
  .array(
    fc.oneof(
      fc.constantFrom('::', ':', '##[', '##', '#', '[', ']', 'add-mask', 'stop-commands', 'error file=a', ' ', '\t'),
      fc.constantFrom('\n', '\r', '\u0085', '\u00a0', '\u2028', '\u3000', '\ufeff', '\u200b', '\u000b', '\u001c'),
      anyText,
    ),
    { maxLength: 8 },
  )
  .map((parts) => parts.join(''))
  // As all text that goes through a file is.
  .map((text) => Buffer.from(text).toString());

/**
 * The lines that the runner takes for commands: two colons after white space as .NET knows it, or ##[ anywhere.
 * https://github.com/actions/runner/blob/main/src/Runner.Common/ActionCommand.cs
 */
function commandsIn(output: string): string[] {
  const blank = /^[\t-\r\u0020\u0085\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]*/;
  return output.split(/\r\n|\r|\n/).filter((each) => each.replace(blank, '').startsWith('::') || each.includes('##['));
}

test('nothing that is printed is a command to the runner', () =>
  holds(
    0.03,
    fc.property(line, (text) => {
      expect(commandsIn(printable(text))).toEqual([]);
      expect(printable(printable(text))).toBe(printable(text));
    }),
  ));

test('a variable and an output are read back from their file as they were set', () =>
  holds(
    0.02,
    fc.property(line, line, (first, second) => {
      writeFileSync(file, '');
      const { setOutput, exportVariable } = actionsRunner(process);
      setOutput('first', first);
      exportVariable('SECOND', second.replaceAll('\0', ''));
      expect(readCommandFile(file)).toEqual({ first, SECOND: second.replaceAll('\0', '') });
    }),
  ));

test('a variable that the post step puts back is what it was', () =>
  holds(
    0.01,
    fc.asyncProperty(line, async (value) => {
      writeFileSync(file, '');
      const env: NodeJS.ProcessEnv = { GITHUB_ENV: file };
      const ledger = new Ledger({ RUNNER_TEMP: folder, AWS_REGION: value }, (name, state) => {
        env[`STATE_${name}`] = state;
      });
      ledger.exporting(['AWS_REGION']);
      // What post says is not looked at here.
      const step = { env, clock: systemClock, print: () => undefined };
      await undo(step, {
        undoIdentities: () => Promise.reject(new Error('There is none.')),
        endSignIns: () => Promise.resolve(),
        warningsIn: () => [],
      });
      expect(readCommandFile(file)).toEqual({ AWS_REGION: value });
    }),
  ));
