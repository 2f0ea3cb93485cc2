import { commandLine, isReadByAll, lastWord, type Command } from '../../src/credential-process/command-line';

type Words = Command['words'];

const SCRIPT = '/actions/dist/credential-process/index.js';
const SESSION = '/temp/aws-sessions-x/1.json';

test.each<[string, Words, string]>([
  ['plain words', ['/opt/node24/bin/node', SCRIPT, SESSION], `/opt/node24/bin/node ${SCRIPT} ${SESSION}`],
  [
    'signs that none takes for anything else',
    ['/a-b_c.d/node', '/a:b@c+d%e/i.js', '/a~b#c=d,e/1.json'],
    '/a-b_c.d/node /a:b@c+d%e/i.js /a~b#c=d,e/1.json',
  ],
  ['letters of any script', ['/büro/node', '/действия/i.js', '/日本/1.json'], '/büro/node /действия/i.js /日本/1.json'],
  [
    'spaces in arguments',
    ['/node', '/my actions/i.js', '/my temp/1.json'],
    '/node "/my actions/i.js" "/my temp/1.json"',
  ],
  ['only those quoted that must be', ['/node', SCRIPT, '/my temp/1.json'], `/node ${SCRIPT} "/my temp/1.json"`],
  ['a program with spaces', ['/my runner/node', SCRIPT, SESSION], `"/my runner/node" ${SCRIPT} ${SESSION}`],
  [
    'signs of shells',
    ['/node', "/it's;&|<>*?!{}^/i.js", '/[a](b)/1.json'],
    `/node "/it's;&|<>*?!{}^/i.js" "/[a](b)/1.json"`,
  ],
  ['a backslash', ['/node', '/a\\b/i.js', SESSION], `/node "/a\\b/i.js" ${SESSION}`],
])('%s', (_, words, line) => {
  expect(commandLine({ variables: {}, words }, 'linux')).toBe(`/usr/bin/env ${line}`);
});

test('variables are set without a shell, in quotes where they need them', () => {
  const variables = { NODE_DEBUG: '', NODE_OPTIONS: '--use-system-ca --tls-min-v1.2' };
  expect(commandLine({ variables, words: ['/node', SCRIPT] }, 'linux')).toBe(
    `/usr/bin/env NODE_DEBUG= "NODE_OPTIONS=--use-system-ca --tls-min-v1.2" /node ${SCRIPT}`,
  );
  expect(commandLine({ variables, words: ['C:\\node.exe', 'D:\\i.js'] }, 'win32')).toBe('C:\\node.exe D:\\i.js');
});

test.each(['C:\\Users\\Jürgen\\node.exe', 'C:\\действия\\i.js', 'C:\\a\u00a0b\\node.exe'])(
  'refused on Windows, as tools read it in different encodings: %s',
  (path) => {
    const line = () => commandLine({ variables: {}, words: ['C:\\node.exe', path] }, 'win32');
    expect(line).toThrow(expect.objectContaining({ code: 'credential-process-path' }) as Error);
    expect(line).toThrow(
      /On Windows, the AWS CLI and boto3 .+\nFix: Let the runner work in a folder such as C:\\actions-runner/,
    );
  },
);

test('what env would take for a variable is started without it', () => {
  const words = ['/a=b/node', SCRIPT] as const;
  expect(commandLine({ variables: { NODE_DEBUG: '' }, words }, 'linux')).toBe(`/a=b/node ${SCRIPT}`);
});

test.each<[string, Words, string]>([
  [
    'plain words',
    ['C:\\node24\\node.exe', 'D:\\a\\i.js', 'D:\\a\\_temp\\1.json'],
    'C:\\node24\\node.exe D:\\a\\i.js D:\\a\\_temp\\1.json',
  ],
  ['a short name', ['C:\\PROGRA~1\\node.exe'], 'C:\\PROGRA~1\\node.exe'],
  ['a share', ['\\\\server\\share\\node.exe'], '\\\\server\\share\\node.exe'],
  [
    'signs that a shell elsewhere would read',
    ['C:\\a#b\\node.exe', 'D:\\$x\\`y\\i.js'],
    'C:\\a#b\\node.exe "D:\\$x\\`y\\i.js"',
  ],
  ['spaces in arguments', ['C:\\node.exe', 'D:\\my actions\\i.js'], 'C:\\node.exe "D:\\my actions\\i.js"'],
  ['what separates words for cmd', ['C:\\node.exe', 'D:\\a,b;c=d\\i.js'], 'C:\\node.exe "D:\\a,b;c=d\\i.js"'],
  [
    'a program with spaces',
    ['C:\\Program Files (x86)\\node.exe', 'D:\\i.js'],
    'C":\\Program Files (x86)\\node.exe" D:\\i.js',
  ],
  ['one of a share', ['\\\\server\\my share\\node.exe'], '\\\\s"erver\\my share\\node.exe"'],
])('on Windows: %s', (_, words, line) => {
  expect(commandLine({ variables: {}, words }, 'win32')).toBe(line);
});

test.each([
  ['linux', '/run$HOME/node'],
  ['linux', '/a"b/node'],
  ['linux', '/a`b`/node'],
  ['linux', '/a #1/node'],
  ['linux', '/a ;b/node'],
  ['linux', '/a\nb/node'],
  ['linux', '/a\u2028b/node'],
  ['linux', '/a\\\\b/node'],
  ['linux', '/my a=b/node'],
  ['win32', 'C:\\100%\\node.exe'],
  ['win32', 'C:\\a #1\\node.exe'],
  ['win32', 'C:\\a ;b\\node.exe'],
] as const)('refused, as tools would read it differently: on %s, %s', (platform, path) => {
  expect(() => commandLine({ variables: {}, words: [path, 'x'] }, platform)).toThrow(
    expect.objectContaining({
      code: 'credential-process-path',
      message:
        `Could not let the profile renew itself: its command line would hold the path ${path}.\n` +
        "Cause: AWS's tools read a credential_process in different ways, and not all of them understand this path.\n" +
        'Fix: Let the runner work in folders without quotes, $, %, # and ; in their names, or omit refresh-credentials.',
    }) as Error,
  );
});

test.each(['/a$b', '/a"b', '/a #b', '/a\rb'])('an argument is refused, too: %s', (path) => {
  expect(() => commandLine({ variables: {}, words: ['/node', path] }, 'linux')).toThrow(`would hold the path ${path}.`);
});

test('on Windows alone, a line with quotes is not read by all', () => {
  expect(isReadByAll('C:\\node.exe D:\\i.js', 'win32')).toBe(true);
  expect(isReadByAll('C:\\node.exe "D:\\my actions\\i.js"', 'win32')).toBe(false);
  expect(isReadByAll('/node "/my actions/i.js"', 'linux')).toBe(true);
});

test.each([
  ['linux', SESSION],
  ['linux', '/my temp/1.json'],
  ['win32', 'D:\\a\\_temp\\1.json'],
  ['win32', 'D:\\my temp\\1.json'],
] as const)('the last word is read back: on %s, %s', (platform, path) => {
  expect(lastWord(commandLine({ variables: {}, words: ['/my runner/node', SCRIPT, path] }, platform))).toBe(path);
});
