import { appendFileSync, readFileSync, writeFileSync } from 'node:fs';
import { readCommandFile } from '../../sandbox/runner/command-file';
import { actionsRunner, type StepProcess } from '../../src/runner/runner';
import { useCleanEnvironment } from '../aws/environment';
import { inJob, useJobDirectory } from './job-files';

useCleanEnvironment();
useJobDirectory();

const FILES = ['GITHUB_ENV', 'GITHUB_OUTPUT', 'GITHUB_STATE', 'GITHUB_STEP_SUMMARY'] as const;

let printed: string;
beforeEach(() => {
  for (const name of FILES) {
    process.env[name] = inJob(name);
    writeFileSync(inJob(name), '');
  }
  printed = '';
  jest.spyOn(process.stdout, 'write').mockImplementation((text) => {
    printed += String(text);
    return true;
  });
});
afterEach(() => jest.restoreAllMocks());

test('values go to their files, and are not printed', () => {
  const runner = actionsRunner(process);
  runner.exportVariable('AWS_PROFILE', 'a\nb=c');
  runner.setOutput('mode', 'verify');
  runner.saveState('changes', '{}');
  expect(readCommandFile(inJob('GITHUB_ENV'))).toEqual({ AWS_PROFILE: 'a\nb=c' });
  expect(process.env.AWS_PROFILE).toBe('a\nb=c');
  expect(readCommandFile(inJob('GITHUB_OUTPUT'))).toEqual({ mode: 'verify' });
  expect(readCommandFile(inJob('GITHUB_STATE'))).toEqual({ changes: '{}' });
  expect(printed).toBe('');
});

test.each(['GITHUB_ENV', 'GITHUB_OUTPUT', 'GITHUB_STATE'] as const)(
  'without %s they are not printed instead',
  (name) => {
    Reflect.deleteProperty(process.env, name);
    const { exportVariable, setOutput, saveState } = actionsRunner(process);
    const write = { GITHUB_ENV: exportVariable, GITHUB_OUTPUT: setOutput, GITHUB_STATE: saveState }[name];
    expect(() => {
      write('AWS_SECRET_ACCESS_KEY', 'secret');
    }).toThrow(`(${name}=)`);
    expect(printed).not.toContain('secret');
  },
);

test('each line of a secret is masked, and once', () => {
  const { mask } = actionsRunner(process);
  mask('one\r\ntwo\n\n \nthree');
  mask('two');
  mask('');
  expect(printed.trim().split('\n')).toEqual(['::add-mask::one', '::add-mask::two', '::add-mask::three']);
});

test('what is said is no command, whoever wrote it', () => {
  const runner = actionsRunner(process);
  runner.info('::add-mask::a');
  runner.group('Plan\n::x::', ['::stop-commands::b', '##[error]c']);
  runner.notice('a\n::b::');
  runner.warning('a\r\n::b::');
  expect(printed.trim().split('\n')).toEqual([
    ': :add-mask::a',
    '::group::Plan%0A::x::',
    ': :stop-commands::b',
    '## [error]c',
    '::endgroup::',
    '::notice title=AWS access-keys::a%0A::b::',
    '::warning title=AWS access-keys::a%0A::b::',
  ]);
});

test('a failure is an annotation, and decides how the process ends', () => {
  const step: StepProcess = { env: {}, exitCode: undefined };
  actionsRunner(step).fail('Could not.\nFix: it', 'AWS identity');
  expect(printed).toBe('::error title=AWS identity::Could not.%0AFix: it\n');
  printed = '';
  actionsRunner(step).fail('Could not.', 'AWS identity', { file: 'a.yml', line: 3, column: 5 });
  expect(printed).toBe('::error title=AWS identity,file=a.yml,line=3,col=5::Could not.\n');
  expect(step.exitCode).toBe(1);
});

test('a warning is shown at a place in a file, and no name there adds a property or a command', () => {
  actionsRunner({ env: { INPUT_MODE: 'provision' }, exitCode: undefined }).warning('Is it 100%?', {
    file: 'iam,line=9/50%::é\n.yml',
    line: 3,
    column: 5,
  });
  expect(printed).toBe(
    '::warning title=AWS provision,file=iam%2Cline=9/50%25%3A%3Aé%0A.yml,line=3,col=5::Is it 100%25?\n',
  );
});

test('a summary is added to what is there, where there is one', async () => {
  appendFileSync(inJob('GITHUB_STEP_SUMMARY'), 'before\n');
  await actionsRunner(process).summarize('### after\n');
  expect(readFileSync(inJob('GITHUB_STEP_SUMMARY'), 'utf8')).toContain('before\n### after\n');
  await actionsRunner({ env: {}, exitCode: undefined }).summarize('### nowhere\n');
  expect(readFileSync(inJob('GITHUB_STEP_SUMMARY'), 'utf8')).not.toContain('nowhere');
});
