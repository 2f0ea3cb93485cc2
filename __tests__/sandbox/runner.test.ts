import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readCommandFile } from '../../sandbox/runner/command-file';
import { LiveLog, parseLog, renderLog, withClosedGroups } from '../../sandbox/runner/log';

const folder = mkdtempSync(join(tmpdir(), 'runner-'));
afterAll(() => {
  rmSync(folder, { recursive: true });
});

function commandFile(text: string, platform?: NodeJS.Platform): Record<string, string> {
  const file = join(folder, 'env');
  writeFileSync(file, text);
  return readCommandFile(file, platform);
}

const COMMANDS = 'REGION=eu-central-1\nEMPTY=\nTEXT<<end\none\ntwo=2\nend\nLAST=a=b\n';
const LOG = '::add-mask::hidden\nThe hidden key\n::group::Plan\n::warning title=AWS::50%25 of it%0Ais done\nlast';

// GitHub's toolkit ends lines as the system does.
const ENDINGS = [
  ['linux', '\n'],
  ['darwin', '\n'],
  ['win32', '\n'],
  ['win32', '\r\n'],
] as const;

test.each(ENDINGS)('a command file on %s, with lines that end in %j', (platform, ending) => {
  expect(commandFile(COMMANDS.replaceAll('\n', ending), platform)).toEqual({
    REGION: 'eu-central-1',
    EMPTY: '',
    TEXT: `one${ending}two=2`,
    LAST: 'a=b',
  });
});

test('a carriage return is a part of the value where it is not of the line ending', () => {
  expect(commandFile('TEXT<<end\none\r\ntwo\r\nend\n', 'linux')).toEqual({ TEXT: 'one\r\ntwo\r' });
  expect(() => commandFile('TEXT<<end\r\none\r\nend\n', 'linux')).toThrow("Matching delimiter not found 'end\r'");
});

test.each(ENDINGS)('a log on %s, with lines that end in %j', (platform, ending) => {
  const lines = parseLog(LOG.replaceAll('\n', ending), platform);
  expect(lines[3]?.command).toEqual({ name: 'warning', properties: 'title=AWS', value: '50% of it\nis done' });
  const masks = new Set<string>();
  expect(renderLog(lines, masks)).toEqual(['The *** key', '▸ Plan', 'Warning: 50% of it', 'is done', 'last']);
  expect([...masks]).toEqual(['hidden']);
});

test('a live log has each line once it is whole, and masks it as soon', () => {
  const printed: string[] = [];
  const log = new LiveLog(new Set(), (line) => printed.push(line));
  const steps = ['::add-mask::hid', 'den\nthe hidden', ' key\n\nla', 'st hidden'].map((text) => {
    log.add(text);
    return [...printed];
  });
  log.end();
  expect(steps).toEqual([[], [], ['the *** key', ''], ['the *** key', '']]);
  expect(printed).toEqual(['the *** key', '', 'last ***']);
});

test('a closed group has how many lines are in it, and masks what follows', () => {
  const log = '::group::Plan\none\n::add-mask::hidden\ntwo hidden\n::endgroup::\nhidden\n::group::Last\nthree';
  const closed = withClosedGroups(parseLog(log));
  expect(renderLog(closed, new Set())).toEqual(['▸ Plan (2 lines)', '***', '▸ Last (1 line)']);
});

test.each([
  ['no assignment', "Invalid format 'no assignment'"],
  ['TEXT<<\none\n', "Invalid format 'TEXT<<'"],
  ['TEXT<<end\none', "Matching delimiter not found 'end'"],
])('a command file that says %j is refused, as the runner does', (text, error) => {
  expect(() => commandFile(`${text}\n`)).toThrow(error);
});
