import { createInterface } from 'node:readline';
import { editFile } from '../../src/profile/files';
import type { ProfileFiles } from '../../src/profile/locations';
import { type Profile, removeProfiles, writeProfiles, type WrittenProfile } from '../../src/profile/profile';

/** What a child process is told on its standard input, one a line. It answers each with a line. */
export type Job =
  | { job: 'write'; files: ProfileFiles; profile: Profile }
  | { job: 'remove'; written: WrittenProfile[] }
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
      for (;;) {
        await editFile(job.path, (text) => job.texts[text === job.texts[0] ? 1 : 0], { stale: 300 });
      }
  }
}

async function main(): Promise<void> {
  process.stdout.write('"ready"\n');
  for await (const line of createInterface(process.stdin)) {
    process.stdout.write(`${JSON.stringify(await work(JSON.parse(line) as Job))}\n`);
  }
}

void main();
