// Preloaded into a process, it moves its clock by as many milliseconds as a file says, if one is named: now, and whenever
// that changes.
const { readFileSync } = require('node:fs');
const os = require('node:os');

const file = process.env.CLOCK_OFFSET_FILE;
const RealDate = Date;
const offset = () => (file === undefined ? 0 : Number(readFileSync(file, 'utf8')));

globalThis.Date = class extends RealDate {
  constructor(...args) {
    if (args.length === 0) super(RealDate.now() + offset());
    else super(...args);
  }

  static now() {
    return RealDate.now() + offset();
  }
};

const { uptime } = os;
os.uptime = () => uptime() + offset() / 1000;
