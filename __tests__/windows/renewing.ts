import { join } from 'node:path';
import type { Ended } from '../../sandbox/runner/driver';
import { NODE, runProgram, windowsPath } from './windows';

/** The ways in which AWS's tools run the program behind a profile, apart from those of the SDKs for Go. */
export const WAYS = ['cmd', 'words'] as const;

/** Runs the command line of a profile in one of these ways. */
export function runLine(
  line: string,
  env: Readonly<Record<string, string>>,
  way: (typeof WAYS)[number] = 'words',
): Promise<Ended> {
  const program = windowsPath(join(__dirname, 'run-line.cjs'));
  return runProgram(NODE, [program, way], { env: { ...env, LINE: line }, cwd: __dirname });
}

/** That a program behind a profile answered with a session, which is returned. */
export function expectSession({ exitCode, stdout, stderr }: Ended): { readonly AccessKeyId: string } {
  expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
  const session = JSON.parse(stdout) as { AccessKeyId: string };
  expect(session).toMatchObject({ Version: 1, AccessKeyId: expect.stringMatching(/^ASIA/) });
  return session;
}
