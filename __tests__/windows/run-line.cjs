// Runs the credential_process of LINE on Windows in the way that is named, and passes on what it prints and how it ends.
const { spawnSync } = require('node:child_process');

const { LINE } = process.env;

/** The words of a line, as Windows itself splits one that has no quotes in quotes. */
const words = (line) => line.match(/(?:"[^"]*"|[^\s"])+/g).map((word) => word.replaceAll('"', ''));

const ways = {
  // As the SDK for JavaScript: cmd gets the line as it is.
  cmd: () => spawnSync(LINE, { shell: true }),
  // As boto3 and the AWS CLI: no shell runs it.
  words() {
    const [program, ...args] = words(LINE);
    return spawnSync(program, args);
  },
};

const { status, stdout, stderr } = ways[process.argv[2]]();
process.stdout.write(stdout);
process.stderr.write(stderr);
process.exitCode = status ?? 1;
