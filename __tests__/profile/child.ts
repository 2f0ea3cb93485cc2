import { createInterface } from 'node:readline';
import { editFile } from '../../src/profile/files';
import type { ProfileFiles } from '../../src/profile/locations';
import { type Profile, removeProfiles, writeProfiles, type WrittenProfile } from '../../src/profile/profile';

/** What a child process reads on its standard input, one a line. It answers each with a line. */
export type Job =
  | { job: 'write'; files: ProfileFiles; profile: Profile }
  | { job: 'remove'; written: WrittenProfile[] }
  /** Answers when it begins, and goes on until it is killed. */
  | { job: 'alternate'; path: string; texts: readonly [string, string] }
  /** Answers with what stood in the way, if anything did. */
  | { job: 'append'; path: string; text: string };

async function work(job: Job): Promise<unknown> {
  switch (job.job) {
    case 'write':
      return await writeProfiles(job.files, [job.profile], { overwrite: false });
    case 'remove':
      await removeProfiles(job.written);
      return {};
    case 'append':
      return await editFile(job.path, (text) => `${text ?? ''}${job.text}`).then(
        () => 'done',
        (error: unknown) => (error as Error).message,
      );
    case 'alternate':
      answer('at work');
      for (;;) {
        await editFile(job.path, (text) => job.texts[text === job.texts[0] ? 1 : 0], { stale: 300 });
      }
  }
}

function answer(result: unknown): void {
  process.stdout.write(`${JSON.stringify(result)}\n`);
}

async function main(): Promise<void> {
  answer('ready');
  for await (const line of createInterface(process.stdin)) answer(await work(JSON.parse(line) as Job));
}

void main();
